// Makes probes that look a target's images up among a source's: whose classes are equal by name, what they are seen by.
#include <algorithm>

#include "plan/cell_view.hpp"
#include "plan/findings.hpp"
#include "plan/run_trainings.hpp"

namespace espalier::plan {

namespace {

using metrics::Metric;
using metrics::Subset;

constexpr std::int32_t kDepth = 10;  ///< of map@10

/// Numbers for the classes of queries and gallery: a class of both has one number, below those of the gallery alone.
class CommonClasses {
 public:
  CommonClasses(const ClassPool& queries, const ClassPool& gallery) {
    const auto asked = queries.names(), known = gallery.names();
    queries_.assign(asked.size(), -1);
    gallery_.assign(known.size(), -1);
    for (std::size_t g = 0; g < known.size(); ++g) {
      const auto found = std::find(asked.begin(), asked.end(), known[g]);
      if (found == asked.end()) continue;
      gallery_[g] = queries_[static_cast<std::size_t>(found - asked.begin())] = count_++;
    }
    std::int32_t next = count_;
    for (auto& number : gallery_) {
      if (number < 0) number = next++;
    }
  }

  std::int32_t count() const { return count_; }
  /// Of queries, those alone whose class is in the gallery.
  task::LabelMap of_queries(const task::LabelMap& map) const { return renumbered(map, queries_, count_); }
  task::LabelMap of_gallery(const task::LabelMap& map) const {
    return renumbered(map, gallery_, static_cast<std::int32_t>(gallery_.size()));
  }

 private:
  static task::LabelMap renumbered(const task::LabelMap& map, const std::vector<std::int32_t>& numbers,
                                   std::int32_t count) {
    task::LabelMap made;
    made.output_count = count;
    for (std::size_t i = 0; i < map.classes.size(); ++i) {
      const auto number = numbers.at(static_cast<std::size_t>(map.outputs[i]));
      if (number < 0) continue;
      made.classes.push_back(map.classes[i]);
      made.outputs.push_back(number);
    }
    return made;
  }

  std::vector<std::int32_t> queries_, gallery_;  ///< by output: its number, or -1
  std::int32_t count_ = 0;
};

const PoolEvaluation* validation_of(const ClassPool& pool) {
  const auto found = std::find_if(pool.evaluations.begin(), pool.evaluations.end(),
                                  [](const PoolEvaluation& one) { return one.name == Subset::valid; });
  return found == pool.evaluations.end() ? nullptr : &*found;
}

/// Images of the set that the classes keep, if each gives as many.
std::int64_t share_of(std::int64_t images, const task::LabelMap& all, const task::LabelMap& kept) {
  return images * static_cast<std::int64_t>(kept.classes.size()) /
         std::max<std::int64_t>(1, static_cast<std::int64_t>(all.classes.size()));
}

}  // namespace

/// Both networks must give as many features, of images of one form; each side is normalised as its network was trained.
void RunTrainings::check_gallery(const CellView& view, const Origin& queries, const Origin& gallery,
                                 std::int32_t features) const {
  const auto last = static_cast<std::size_t>(features - 1);
  if (queries.spec.network != gallery.spec.network ||
      (*queries.units)[last].output.elements() != (*gallery.units)[last].output.elements()) {
    throw CompileError{
        {queries.name + " and " + gallery.name + " have other features after unit " + std::to_string(features),
         "their networks, or the shapes of their images, differ",
         "Look images up by equal networks, or by features of another unit."}};
  }
  const auto& a = queries.spec;
  const auto& b = gallery.spec;
  if (a.input == b.input && a.precision == b.precision && a.augment.centre_crop == b.augment.centre_crop) return;
  throw CompileError{{"the images of target '" + view.target + "' and of " + gallery.name + " are seen differently",
                      "their shape, centre_crop or precision differ, and a retrieval has one for both",
                      "Crop to one size, and set one precision."}};
}

RunTrainings::Made RunTrainings::add_retrieval(const grid::Grid& grid, const grid::Cell& cell,
                                               const LinkedRuns& linked) {
  const CellView view(grid, cell);
  const Origin& gallery = of_source(view, view.source);
  const Origin queries = linked.start ? of_run(*linked.start, task::InputRole::measured) : gallery;
  const auto features = features_of(view, static_cast<std::int32_t>(queries.units->size()));
  check_gallery(view, queries, gallery, features);
  const auto& pool = pools_.of(view.use(study_, Role::target, view.target));
  Probe probe = seen_as(queries.spec, task::ProbeMethod::retrieval, features);
  check_shape(probe, pool, view);
  const auto* kept = validation_of(*gallery.pool);
  if (!kept) {
    throw CompileError{{gallery.name + " has no validation images to look images up in", "its data hold none out",
                        "Set valid on data '" + gallery.pool->data->study().name + "'."}};
  }
  const CommonClasses common(pool, *gallery.pool);
  if (common.count() == 0) {
    throw CompileError{{"target '" + view.target + "' and " + gallery.name + " have no class in common",
                        "an image is found where its class's name is that of the query", "Name another target."}};
  }
  probe.spec.labels = queries.spec.images.labels;
  probe.spec.units = starts_of(queries.starts, features);
  probe.spec.retrieval.units = starts_of(gallery.starts, features);
  probe.spec.retrieval.depth = kDepth;
  probe.spec.retrieval.mean = gallery.spec.mean;
  probe.spec.retrieval.std = gallery.spec.std;
  auto& looked_in = probe.spec.retrieval.gallery = catalog_.image_sets.at(kept->images.hex.str());
  looked_in.labels = catalog_.add(common.of_gallery(catalog_.label_maps.at(looked_in.labels)));
  catalog_.add(looked_in);
  probe.measured_data = looked_in.data;
  probe.units = queries.units;
  probe.fitted = kept->count;
  probe.classes = gallery.pool->count();
  Made made;
  for (const auto& one : measured_by(view, pool, linked.start)) {
    auto asked = catalog_.image_sets.at(one.images.hex.str());
    const auto& all = catalog_.label_maps.at(asked.labels);
    const auto some = common.of_queries(all);
    probe.evaluated.push_back(share_of(one.count, all, some));
    asked.labels = catalog_.add(some);
    const auto images = catalog_.add(asked);
    probe.record.evaluations.push_back({one.name, images, /*every=*/0, {Metric::map10}});
    made.measured.push_back({one.name, images});
  }
  made.task = add_features(std::move(probe));
  return made;
}

}  // namespace espalier::plan
