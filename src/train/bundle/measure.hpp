#pragma once
// Measures each image set once for all members that share a state, and gives the rows to those that want them.
#include <map>

#include "train/bundle/bundle_state.hpp"
#include "train/bundle/image_sets.hpp"
#include "train/scored.hpp"

namespace espalier::train {

/// What a network says of a set's images.
struct Predicted {
  std::vector<std::int32_t> labels{};  ///< the class of each; empty of several labels an image
  std::vector<float> probability{};    ///< softmax of that class; empty where there is none
  at::Tensor scores{};                 ///< of several labels an image: [images, outputs] float32
};
/// Of the sets that predictions may be written for.
using Predictions = std::map<SetNumber, Predicted>;

/// Why it is measured at a moment, besides the intervals that members ask for.
struct Occasion {
  std::function<bool(std::size_t member)> ends;    ///< the member ends: all its sets are measured
  std::function<bool(std::size_t member)> judges;  ///< its rule to stop evaluates; empty: nobody's does
  bool only_judges = false;                        ///< nothing else is measured
  /// The member's rows on that set, at this moment, were given out before; empty: none was.
  std::function<bool(std::size_t member, const MeasuredSet& measured)> given;
};

/// What is measured at one moment.
class Measurement {
 public:
  /// `at` must be normalised; `members` are in one state there, and `running` holds the epoch's sums so far. `sets`
  /// holds the image sets of all of them.
  Measurement(BundleState& bundle, const ImageSets& sets, const Members& members, task::Moment at,
              const Score& running);
  Measurement(BundleState& bundle, const ImageSets& sets, const Members& members, task::Moment at, const Score& running,
              Occasion occasion);
  /// The same state once more, for members that end there: what `before` has measured is not measured again, and rows
  /// that it gave out are not given out again.
  Measurement(const Measurement& before, const Members& ending);

  /// Measures at the end of an epoch, or of the training of members that end within one. Rows are given out together,
  /// or not at all if interrupted, since a training resumed from here measures again. A loss that is not finite ends
  /// the members.
  ControlFlag run(const Evaluate& evaluate);

  /// Of the sets that were measured as some member's test set.
  const Predictions& predictions() const { return predictions_; }
  /// The row on the images that the member's rule judges by. They must have been measured.
  metrics::Row judged(std::size_t member) const;

 private:
  bool ends(std::size_t member) const { return occasion_.ends(member); }
  bool wants(std::size_t member, const MeasuredSet& measured) const;
  bool wants_running(std::size_t member) const;
  bool is_wanted(SetNumber number) const;
  bool is_predicted(SetNumber number) const;
  void give_out() const;
  std::vector<metrics::Row> rows_of(std::size_t member) const;
  std::string lost_of(std::size_t member) const;

  BundleState& bundle_;
  const ImageSets& sets_;
  Members members_;
  task::Moment at_;
  Score running_;
  Occasion occasion_;
  bool gave_running_ = false;
  metrics::Row running_row() const;
  std::map<SetNumber, Scored> scores_;
  Predictions predictions_;
};

/// Whether the interval of a set ends at `at`, which is normalised and behind the first step.
bool is_due(const MeasuredSet& measured, const task::Timeline& timeline, task::Moment at);

/// Whether a set of the job is due by its steps after `step` steps.
bool is_due_by_steps(const Job& job, std::int64_t step);

/// The first step behind `step` after which a set of the job is due by its steps, but no later than `most`.
std::int64_t next_due_by_steps(const Job& job, std::int64_t step, std::int64_t most);

/// The row with the metrics that were asked for; the others count as not measured.
metrics::Row row_for(const MeasuredSet& measured, const Scored& scored, task::Moment at);

/// Writes the predictions of a member that has ended, if its test set is among them.
void write_predictions_of(BundleState& bundle, std::size_t member, task::Moment at, const ImageSets& sets,
                          const Predictions& predictions);

/// Writes the files of a member that has ended, and ends it; `at` is the moment of its result, and `network` is called
/// only if the network is kept.
void finish(BundleState& bundle, std::size_t member, task::Moment at, const ImageSets& sets,
            const Predictions& predictions, const std::function<model::UnitNetwork()>& network);

}  // namespace espalier::train
