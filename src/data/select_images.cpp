// Divides the images of a task's classes into training, validation and test rows, in a fixed order.
#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/data/subset.hpp"

namespace espalier::data {
namespace {

using Rows = std::vector<std::int64_t>;

/// Throws EnvironmentError where a planned pack is gone: that is the machine's fault, and the task may be tried again.
Pack open_or_report(const std::filesystem::path& file) {
  try {
    return open_pack(file);
  } catch (const UsageError& error) {
    throw EnvironmentError(error.what(), "it was there when the study was planned",
                           "Run the study again: images that are missing are packed again.");
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
    throw CorruptionError("'" + found->second + "' holds other images",
                          "its digest is " + pack.digest.substr(0, 12) + "...",
                          "Delete it, so that it is packed again.");
  }
  return pack;
}

/// Rows of each wanted class, in file order.
std::vector<Rows> rows_by_class(const Pack& pack, const task::ClassList& classes) {
  std::vector<Rows> every(pack.class_names.size());
  const std::int32_t* label = pack.labels.const_data_ptr<std::int32_t>();
  for (std::int64_t i = 0; i < pack.labels.size(0); ++i) every[static_cast<std::size_t>(label[i])].push_back(i);
  std::vector<Rows> wanted;
  for (const std::int32_t index : classes.classes) {
    if (index < 0 || static_cast<std::size_t>(index) >= every.size()) {
      throw UsageError("there is no class " + std::to_string(index),
                       "the data has " + std::to_string(every.size()) + " classes", "Check the lists of classes.");
    }
    wanted.push_back(every[static_cast<std::size_t>(index)]);
  }
  return wanted;
}

/// A permutation that depends on the data's digest and the class only: the same on every machine and in every study.
Rows shuffled(const Rows& rows, const std::string& digest, std::int32_t class_index) {
  const std::uint64_t seed = seed_of(0, {"image order", digest, std::int64_t{class_index}});
  Rows result;
  for (const std::int32_t i : permutation(static_cast<std::int32_t>(rows.size()), seed)) {
    result.push_back(rows[static_cast<std::size_t>(i)]);
  }
  return result;
}

std::vector<Rows> ordered_rows(const Pack& pack, const task::ClassList& classes, task::ImageOrder order) {
  std::vector<Rows> rows = rows_by_class(pack, classes);
  if (order == task::ImageOrder::shuffled) {
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = shuffled(rows[i], pack.digest, classes.classes[i]);
  }
  return rows;
}

/// Collects rows class by class, with the label the network is to give.
class Collector {
 public:
  void add(const Rows& rows, std::size_t first, std::size_t end, std::size_t label) {
    for (std::size_t i = first; i < end; ++i) {
      rows_.push_back(rows[i]);
      labels_.push_back(static_cast<std::int64_t>(label));
    }
  }
  ImageSet finish(const at::Tensor& images) const { return {images, rows_, at::tensor(labels_, at::kLong)}; }

 private:
  Rows rows_;
  std::vector<std::int64_t> labels_;
};

std::size_t count_of(std::int32_t wanted, std::size_t available) {
  return std::min(static_cast<std::size_t>(std::max(wanted, 0)), available);
}

}  // namespace

TaskImages select_images(const task::SubsetSpec& spec, const task::ClassList& classes, const PackPaths& packs) {
  const Pack pack = open_by_digest(spec.data, packs);
  Collector train, valid, test;
  const std::vector<Rows> classes_rows = ordered_rows(pack, classes, spec.order);
  for (std::size_t label = 0; label < classes_rows.size(); ++label) {
    const Rows& rows = classes_rows[label];
    const std::size_t test_from = rows.size() - count_of(spec.test_per_class, rows.size());
    const std::size_t valid_from = test_from - count_of(spec.valid_per_class, test_from);
    train.add(rows, 0, count_of(spec.per_class, valid_from), label);
    valid.add(rows, valid_from, test_from, label);
    test.add(rows, test_from, rows.size(), label);
  }
  TaskImages result{train.finish(pack.images), valid.finish(pack.images), test.finish(pack.images)};
  if (spec.test_data.empty()) return result;

  const Pack other = open_by_digest(spec.test_data, packs);
  Collector of_their_own;
  const std::vector<Rows> test_rows = ordered_rows(other, classes, spec.order);
  for (std::size_t label = 0; label < test_rows.size(); ++label) {
    of_their_own.add(test_rows[label], 0, test_rows[label].size(), label);
  }
  result.test = of_their_own.finish(other.images);
  return result;
}

}  // namespace espalier::data
