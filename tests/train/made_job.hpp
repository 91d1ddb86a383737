#pragma once
// A small task on images made in memory: classes told apart by where a bright square lies.
#include <unistd.h>

#include <filesystem>
#include <map>
#include <vector>

#include "espalier/core/seed.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/train/device_context.hpp"
#include "espalier/train/training.hpp"

namespace espalier::testing {

inline constexpr std::int32_t kSide = 8, kClasses = 4;

inline data::ImageSet made_images(std::int32_t per_class, std::uint64_t seed) {
  const std::int32_t n = per_class * kClasses;
  data::ImageSet set;
  set.images = at::zeros({n, 1, kSide, kSide}, at::kByte);
  set.labels = at::zeros({n}, at::kLong);
  SplitMix64 random(seed);
  auto* pixel = set.images.mutable_data_ptr<std::uint8_t>();
  for (std::int32_t i = 0; i < n; ++i) {
    const std::int32_t label = i / per_class, top = (label / 2) * 4, left = (label % 2) * 4;
    set.labels[i] = label;
    set.rows.push_back(i);
    for (std::int32_t y = 0; y < kSide; ++y) {
      for (std::int32_t x = 0; x < kSide; ++x) {
        const bool inside = y >= top && y < top + 4 && x >= left && x < left + 4;
        *pixel++ = static_cast<std::uint8_t>(random.below(120) + (inside ? 120 : 0));
      }
    }
  }
  return set;
}

using Images = std::shared_ptr<const data::ImageSet>;

/// Three sets in one pack, as they are in real data: rows tell images apart.
inline std::vector<Images> made_pack() {
  std::vector<data::ImageSet> sets{made_images(5, 1), made_images(2, 2), made_images(3, 3)};
  const at::Tensor pack = at::cat({sets[0].images, sets[1].images, sets[2].images});
  std::vector<Images> all;
  std::int64_t first = 0;
  for (auto& set : sets) {
    for (auto& row : set.rows) row += first;
    first += set.size();
    set.images = pack;
    all.push_back(std::make_shared<const data::ImageSet>(set));
  }
  return all;
}

/// The first `count` images of a set.
inline Images first_of(const Images& images, std::int64_t count) {
  auto fewer = std::make_shared<data::ImageSet>(*images);
  fewer->rows.resize(static_cast<std::size_t>(count));
  fewer->labels = fewer->labels.slice(0, 0, count);
  return fewer;
}

/// The job with other pixels in the same rows.
inline train::Job with_pixels(train::Job job, const at::Tensor& pixels) {
  const auto moved = [&](const Images& images) {
    auto set = std::make_shared<data::ImageSet>(*images);
    set->images = pixels;
    return set;
  };
  job.images = moved(job.images);
  for (auto& measured : job.evaluations) measured.images = moved(measured.images);
  return job;
}

/// The job, measured on its training images at its end, too.
inline train::Job with_fit(train::Job job) {
  const auto own = task::id_of(task::training(job.task).images);
  job.evaluations.push_back({metrics::Subset::train_eval, own, 0, {}, job.images});
  return job;
}

/// The job with all evaluations after that many epochs; 0: at the end only.
inline train::Job measured_every(train::Job job, std::int32_t epochs) {
  for (auto& measured : job.evaluations) measured.every = epochs;
  return job;
}

/// Folders of this process, removed with it.
struct ScratchFolders {
  ~ScratchFolders() {
    std::error_code ignored;
    for (const auto& folder : all) std::filesystem::remove_all(folder, ignored);
  }
  std::vector<std::filesystem::path> all;
};

/// An empty folder of this process's own.
inline std::filesystem::path scratch(const std::string& name) {
  static ScratchFolders folders;
  const auto leaf = "espalier-" + name + "-" + std::to_string(::getpid());
  folders.all.push_back(std::filesystem::temp_directory_path() / leaf);
  std::filesystem::remove_all(folders.all.back());
  std::filesystem::create_directories(folders.all.back());
  return folders.all.back();
}

/// cifar7, an eighth as wide; 20 training images in batches of 6 (4 steps an epoch, the last of 2 images); 2 epochs.
inline train::Job made_job(const std::filesystem::path& artifacts) {
  train::Job job;
  job.network = *network::named("cifar7", {.width = 0.125});
  job.classes = kClasses;
  const auto images = made_pack();
  job.images = images[0];
  job.evaluations = {{metrics::Subset::valid, ImageSetId{"valid"}, 1, {}, images[1]},
                     {metrics::Subset::test, ImageSetId{"test"}, 1, {}, images[2]}};
  job.artifact_dir = job.output_dir = artifacts;
  auto& spec = task::training(job.task);
  spec.input = {1, kSide, kSide};
  spec.mean = {0.4f};
  spec.std = {0.25f};
  spec.units.resize(job.network.units.size());
  for (auto& row : spec.units) row.rates = {{{0, 0}, 0.05f}, {{1, 2}, 0.005f}};
  spec.momentum = 0.9f;
  spec.weight_decay = 5e-4f;
  spec.batch = 6;
  spec.length = {2, 0};
  spec.init_seed = 11;
  spec.order_seed = 12;
  spec.mask_seed = 13;
  spec.augment_seed = 14;
  job.task.record.keep = task::Keep::last;
  job.task.id = task::task_id(spec);
  return job;
}

/// The job on the same images with several labels each: bright squares at random, and a fifth that does not count.
inline train::Job with_several_labels(train::Job job) {
  const auto relabelled = [](const Images& images, std::uint64_t seed) {
    auto set = std::make_shared<data::ImageSet>(*images);
    set->labels = at::zeros({images->size(), kClasses}, at::kFloat);
    SplitMix64 random(seed);
    auto* label = set->labels.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < set->labels.numel(); ++i) {
      const bool own = images->labels[i / kClasses].item<std::int64_t>() == i % kClasses;
      label[i] = random.below(5) == 0 ? -1.0f : own || random.below(3) == 0 ? 1.0f : 0.0f;
    }
    return set;
  };
  std::uint64_t seed = 1;
  job.images = relabelled(job.images, seed++);
  for (auto& measured : job.evaluations) {
    measured.images = relabelled(measured.images, seed++);
    measured.metrics = {metrics::Metric::loss, metrics::Metric::ap, metrics::Metric::ap_voc2010,
                        metrics::Metric::ap_voc2007};
  }
  task::training(job.task).loss = task::Loss::binary;
  job.task.id = task::task_id(task::training(job.task));
  return job;
}

/// Lets a training run `steps` questions long, then says `then`.
struct After : train::Control {
  explicit After(std::int64_t questions = -1, train::ControlFlag flag = train::ControlFlag::stop)
      : left(questions), then(flag) {}
  train::ControlFlag after_step(const train::Members&, task::Moment) override {
    return left < 0 || left-- > 0 ? train::ControlFlag::go_on : then;
  }
  std::int64_t left;
  train::ControlFlag then;
};

/// Keeps what is said of one training.
struct Notes {
  void checkpoint(const train::Checkpoint& made) {
    files[made.kind].push_back(made.artifact);
    moments[made.kind].push_back(made.at);
  }
  ArtifactId last(task::ArtifactKind kind) const {
    const auto found = files.find(kind);
    return found == files.end() ? ArtifactId{} : found->second.back();
  }

  task::Moment resumed_from;
  std::vector<metrics::Row> all;
  std::map<task::ArtifactKind, std::vector<ArtifactId>> files;
  std::map<task::ArtifactKind, std::vector<task::Moment>> moments;
  train::Outcome outcome;
};

/// Keeps what is said of each member of a bundle.
struct BundleNotes : train::Sink {
  explicit BundleNotes(std::size_t members) : of(members) {}
  void started(std::size_t member, task::Moment from) override { of.at(member).resumed_from = from; }
  void progress(std::size_t, task::Moment, std::int64_t) override {}
  void rows(std::size_t member, const std::vector<metrics::Row>& more) override {
    auto& all = of.at(member).all;
    all.insert(all.end(), more.begin(), more.end());
  }
  void checkpoint(std::size_t member, const train::Checkpoint& made) override { of.at(member).checkpoint(made); }
  void ended(std::size_t member, const train::Outcome& outcome) override {
    of.at(member).outcome = outcome;
    ++ends;
  }
  std::vector<Notes> of;
  std::size_t ends = 0;
};

inline std::vector<Notes> run_bundle(const std::vector<train::Job>& jobs, train::DeviceContext& context,
                                     train::Control&& control = After()) {
  BundleNotes notes(jobs.size());
  train::train(jobs, context, control, notes);
  return notes.of;
}

inline std::vector<Notes> run_bundle(const std::vector<train::Job>& jobs, After control = After(),
                                     std::int64_t feature_bytes = std::int64_t{1} << 30) {
  train::DeviceContext context(at::kCPU, feature_bytes);
  return run_bundle(jobs, context, std::move(control));
}

}  // namespace espalier::testing
