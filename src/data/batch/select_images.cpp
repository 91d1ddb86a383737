// Selects the rows of an image set: classes in order, their parts, the outputs they make up, a sample of those.
#include <algorithm>
#include <numeric>

#include "data/batch/partition.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/data/image_set.hpp"
#include "espalier/data/label_matrix.hpp"

namespace espalier::data {
namespace {

using Rows = std::vector<std::int64_t>;

/// Throws EnvironmentError where a planned pack is gone: that is the machine's fault, and the task may be tried again.
Pack open_or_report(const std::filesystem::path& file) {
  try {
    return open_pack(file);
  } catch (const UsageError& error) {
    Problem gone = with_reason(error.problem(), "it was there when the study was planned");
    gone.suggestion = "Run the study again: images that are missing are packed again.";
    throw EnvironmentError(std::move(gone));
  }
}

Pack open_by_digest(const std::string& digest, const PackPaths& packs) {
  const auto found = packs.find(digest);
  if (found == packs.end()) {
    throw UsageError("the images with digest " + digest.substr(0, 12) + " are not at hand",
                     "no pack was named for them", "Run 'espalier validate' where the images are.");
  }
  Pack pack = open_or_report(found->second);
  if (pack.digest != digest) {
    throw EnvironmentError("'" + found->second + "' holds other images than when the study was planned",
                           "its digest is " + pack.digest.substr(0, 12) + "...",
                           "Run the study again: it is set aside, and its images are packed again.");
  }
  return pack;
}

/// Rows of each class of the map, in file order.
std::vector<Rows> rows_by_class(const Pack& pack, const task::LabelMap& labels) {
  std::vector<Rows> every(pack.class_names.size());
  const std::int32_t* label = pack.labels.const_data_ptr<std::int32_t>();
  for (std::int64_t i = 0; i < pack.labels.size(0); ++i) every[static_cast<std::size_t>(label[i])].push_back(i);
  std::vector<Rows> wanted;
  for (const std::int32_t index : labels.classes) {
    if (index < 0 || static_cast<std::size_t>(index) >= every.size()) {
      throw UsageError("there is no class " + std::to_string(index),
                       "the data has " + std::to_string(every.size()) + " classes", "Check the lists of classes.");
    }
    wanted.push_back(every[static_cast<std::size_t>(index)]);
  }
  return wanted;
}

/// The first `count` rows of a permutation of them.
Rows drawn(const Rows& rows, std::size_t count, std::uint64_t seed) {
  Rows result;
  for (const std::int32_t i : permutation(static_cast<std::int32_t>(rows.size()), seed)) {
    if (result.size() == count) break;
    result.push_back(rows[static_cast<std::size_t>(i)]);
  }
  return result;
}

/// A permutation that depends on the pack's key and the class only: the same on every machine and in every study.
Rows shuffled(const Rows& rows, const std::string& order_key, std::int32_t class_index) {
  return drawn(rows, rows.size(), seed_of(0, {"image order", order_key, std::int64_t{class_index}}));
}

/// Rows of each class's part, in the class's order.
std::vector<Rows> parts_of(const Pack& pack, const task::LabelMap& labels, const task::ImageSetSpec& spec) {
  std::vector<Rows> parts = rows_by_class(pack, labels);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::int32_t index = labels.classes[i];
    if (spec.order == task::ImageOrder::shuffled) parts[i] = shuffled(parts[i], pack.order_key(), index);
    parts[i] = part_of_class(spec.partition, index, parts[i]);
  }
  return parts;
}

/// The first row of each class, the second of each, and so on: the beginning is balanced over the classes.
Rows in_turn(const std::vector<const Rows*>& classes) {
  Rows result;
  std::size_t most = 0;
  for (const Rows* rows : classes) most = std::max(most, rows->size());
  for (std::size_t i = 0; i < most; ++i) {
    for (const Rows* rows : classes) {
      if (i < rows->size()) result.push_back((*rows)[i]);
    }
  }
  return result;
}

/// Each class's rows in a random order of its own: a class is drawn alike, whatever stands beside it.
void shuffle_classes(std::vector<Rows>& parts, const task::LabelMap& labels, std::uint64_t seed) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = drawn(parts[i], parts[i].size(), seed_of(seed, {"sample of class", std::int64_t{labels.classes[i]}}));
  }
}

/// The rows of each output, joined from those of its classes.
std::vector<Rows> rows_by_output(const std::vector<Rows>& parts, const task::LabelMap& labels, task::ImageOrder order) {
  std::vector<std::vector<const Rows*>> classes(static_cast<std::size_t>(labels.output_count));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    classes[static_cast<std::size_t>(labels.outputs[i])].push_back(&parts[i]);
  }
  std::vector<Rows> outputs;
  for (const auto& of_output : classes) {
    outputs.push_back(in_turn(of_output));
    if (order == task::ImageOrder::file) std::sort(outputs.back().begin(), outputs.back().end());
  }
  return outputs;
}

std::size_t count_of(std::int64_t wanted, std::size_t available) {
  return std::min(static_cast<std::size_t>(std::max<std::int64_t>(wanted, 0)), available);
}

/// Draws from all outputs together; each output's rows stay in the order in which they were drawn.
std::vector<Rows> drawn_over_all(const std::vector<Rows>& outputs, const task::SampleSpec& sample) {
  Rows all;
  std::vector<std::size_t> output_of;  // by place in `all`
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    all.insert(all.end(), outputs[output].begin(), outputs[output].end());
    output_of.resize(all.size(), output);
  }
  Rows places(all.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
  std::vector<Rows> result(outputs.size());
  for (const auto place :
       drawn(places, count_of(sample.count, all.size()), seed_of(sample.seed, {"sample over all"}))) {
    result[output_of[static_cast<std::size_t>(place)]].push_back(all[static_cast<std::size_t>(place)]);
  }
  return result;
}

std::vector<Rows> sampled(std::vector<Rows> outputs, const task::SampleSpec& sample) {
  if (sample.rule == task::SampleRule::random_over_all) return drawn_over_all(outputs, sample);
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    Rows& rows = outputs[output];
    const std::size_t count = count_of(sample.count, rows.size());
    const bool begins = sample.rule == task::SampleRule::first || sample.rule == task::SampleRule::random_by_class;
    if (begins) rows.resize(count);
    if (sample.rule != task::SampleRule::random) continue;
    rows = drawn(rows, count, seed_of(sample.seed, {"sample", static_cast<std::int64_t>(output)}));
  }
  return outputs;
}

ImageSet listed(const std::vector<Rows>& outputs, const Pack& pack) {
  ImageSet set{pack.images, {}, {}, pack.digest};
  std::vector<std::int64_t> labels;
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    set.rows.insert(set.rows.end(), outputs[output].begin(), outputs[output].end());
    labels.resize(set.rows.size(), static_cast<std::int64_t>(output));
  }
  set.labels = at::tensor(labels, at::kLong);
  return set;
}

/// The labels of `rows`, [rows, outputs]; an output without a column of its own counts for no image.
at::Tensor label_rows(const Pack& pack, const task::LabelMap& labels, const Rows& rows) {
  const auto count = static_cast<std::int64_t>(rows.size()), columns = pack.labels.size(1);
  at::Tensor wanted = at::full({count, labels.output_count}, -1, at::kFloat);
  const auto* bytes = pack.labels.const_data_ptr<std::uint8_t>();
  auto* out = wanted.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto* row = bytes + rows[static_cast<std::size_t>(i)] * columns;
    for (std::size_t k = 0; k < labels.classes.size(); ++k) {
      const std::uint8_t value = row[labels.classes[k]];
      out[i * labels.output_count + labels.outputs[k]] = value == kDifficult ? -1.0f : static_cast<float>(value);
    }
  }
  return wanted;
}

void check_columns(const Pack& pack, const task::LabelMap& labels) {
  std::vector<bool> is_taken(static_cast<std::size_t>(labels.output_count));
  for (std::size_t k = 0; k < labels.classes.size(); ++k) {
    if (labels.classes[k] < 0 || labels.classes[k] >= pack.labels.size(1)) {
      throw UsageError("there is no label " + std::to_string(labels.classes[k]),
                       "the images have " + std::to_string(pack.labels.size(1)) + " labels",
                       "Check the lists of classes.");
    }
    auto taken = is_taken[static_cast<std::size_t>(labels.outputs[k])];
    if (taken) throw UsageError("two labels have one output", "an image may have both", "Give each its own.");
    taken = true;
  }
}

/// Images with several labels are all of one class to partitions and samples.
ImageSet labelled_by_matrix(const Pack& pack, const task::LabelMap& labels, const task::ImageSetSpec& spec) {
  check_columns(pack, labels);
  Rows rows(static_cast<std::size_t>(pack.labels.size(0)));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  if (spec.order == task::ImageOrder::shuffled) rows = shuffled(rows, pack.order_key(), 0);
  rows = part_of_class(spec.partition, 0, rows);
  ImageSet set{pack.images, sampled({std::move(rows)}, spec.sample).front(), {}, pack.digest};
  set.labels = label_rows(pack, labels, set.rows);
  return set;
}

}  // namespace

ImageSet select(const task::ImageSetSpec& spec, const task::LabelMap& labels, const PackPaths& packs) {
  task::check(labels);
  check(spec.partition);
  const Pack pack = open_by_digest(spec.data, packs);
  if (are_several(pack.labels)) return labelled_by_matrix(pack, labels, spec);
  auto parts = parts_of(pack, labels, spec);
  const bool by_class = spec.sample.rule == task::SampleRule::random_by_class;
  if (by_class) shuffle_classes(parts, labels, spec.sample.seed);
  const auto outputs = rows_by_output(parts, labels, by_class ? task::ImageOrder::shuffled : spec.order);
  return listed(sampled(outputs, spec.sample), pack);
}

ImageSet joined(const std::vector<std::shared_ptr<const ImageSet>>& parts, const std::string& data) {
  std::vector<at::Tensor> images, labels;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ImageSet& part = *parts[i];
    if (part.images.sizes().slice(1) != parts.front()->images.sizes().slice(1)) {
      throw UsageError("two sets of images cannot be joined", "their shapes differ",
                       "Set resize or rgb of one of the data sets.");
    }
    images.push_back(part.images.index_select(0, at::tensor(part.rows, at::kLong)));
    labels.push_back(at::full({part.size()}, static_cast<std::int64_t>(i), at::kLong));
  }
  ImageSet whole{at::cat(images), {}, at::cat(labels), data};
  whole.rows.resize(static_cast<std::size_t>(whole.labels.size(0)));
  std::iota(whole.rows.begin(), whole.rows.end(), std::int64_t{0});
  return whole;
}

}  // namespace espalier::data
