// Reads the fields of a task by their numbers and passes over those that are not wanted.
#include "store/brief_task.hpp"

#include <utility>

#include "espalier/frame/tagged.hpp"

namespace espalier::store {
namespace {

/// Of an image set which labels it has.
struct BriefImages {
  std::string labels;
  std::vector<task::ImageSetSpec> parts;  // readers must know them
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<2>("labels", labels) & frame::stored<1006>("parts", parts);
  }
};

/// Of a training only what says when it ends, and what it makes small, which readers must know.
struct BriefTraining {
  BriefImages images;
  std::int32_t batch = 0;
  task::Moment length;
  task::StopSpec stop;
  task::Loss loss = task::Loss::cross_entropy;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<6>("images", images) & frame::stored<11>("batch", batch) &
        frame::stored<12>("length", length) & frame::stored<1021>("stop", stop) & frame::stored<1022>("loss", loss);
  }
};

/// The fields of task::Task by the same numbers, without the training: several times as fast to read.
struct BriefTask {
  task::Task task;
  BriefTraining train;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    task::WorkKind kind = task::WorkKind::training;
    archive& stored<1>("id", task.id) & stored<2>("kind", kind);
    task.reset(kind);
    archive& stored<3>("train", train) & stored<4>("record", task.record) & stored<5>("form", task.form) &
        stored<6>("inputs", task.inputs) & stored<7>("cost_s", task.cost_s) & stored<8>("images", task.images) &
        stored<9>("epoch_images", task.epoch_images);
  }
};

}  // namespace

task::Task read_brief(std::string_view bytes) {
  auto brief = frame::from_tagged<BriefTask>(bytes);
  if (!task::probe_of(brief.task)) {
    task::training(brief.task).images.labels = std::move(brief.train.images.labels);
    task::training(brief.task).batch = brief.train.batch;
    task::training(brief.task).length = brief.train.length;
    task::training(brief.task).stop = brief.train.stop;
    task::training(brief.task).loss = brief.train.loss;
  }
  return std::move(brief.task);
}

}  // namespace espalier::store
