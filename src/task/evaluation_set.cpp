// Digests of the image sets that trainings are measured on.
#include "espalier/task/evaluation_set.hpp"

#include <unordered_map>
#include <utility>

#include "espalier/frame/hasher.hpp"

namespace espalier::task {

namespace {

/// What tells the images of an evaluation from others. Validation images lie before the test images of the same files.
struct MeasuredImages {
  std::string data, classes;
  ImageOrder order = ImageOrder::shuffled;
  std::string part;
  std::int32_t per_class = 0, behind = 0;
  bool operator==(const MeasuredImages&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("data", data) & stored<2>("classes", classes) & stored<3>("order", order) &
        stored<4>("part", part) & stored<5>("per_class", per_class) & stored<6>("behind", behind);
  }
};

/// Few sets are asked for again and again: once for each row of a report over 100,000 trainings.
ImageSetId remembered_digest(const MeasuredImages& measured) {
  constexpr std::size_t kMost = 4096;
  thread_local std::unordered_map<std::uint64_t, std::pair<MeasuredImages, ImageSetId>> known;
  frame::Hasher key;
  key & measured;
  const auto found = known.find(key.value());
  if (found != known.end() && found->second.first == measured) return found->second.second;
  if (known.size() >= kMost) known.clear();
  const auto id = ImageSetId::of(frame::canonical_digest(measured));
  known.insert_or_assign(key.value(), std::pair(measured, id));
  return id;
}

}  // namespace

ImageSetId evaluation_set(const SubsetSpec& images, metrics::Subset subset) {
  MeasuredImages measured{images.data, images.classes, images.order, metrics::name_of(subset), 0, 0};
  switch (subset) {
    case metrics::Subset::train: return {};
    case metrics::Subset::fit: measured.per_class = images.per_class; break;
    case metrics::Subset::valid:
      measured.per_class = images.valid_per_class;
      measured.behind = images.test_per_class;
      break;
    case metrics::Subset::test:
      if (!images.test_data.empty()) measured.data = images.test_data;
      measured.per_class = images.test_per_class;
      break;
  }
  return remembered_digest(measured);
}

}  // namespace espalier::task
