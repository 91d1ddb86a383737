// Puts a pack together with its digest and the moments of its pixels, and checks its labels.
#include <algorithm>
#include <array>
#include <numeric>

#include "data/pack/pixel_moments.hpp"
#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/data/pack.hpp"

namespace espalier::data {
namespace {

Bytes bytes_in(const at::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
}

/// Hashes sizes as int64 and labels as int32, or bytes of a matrix, in memory order, which is little-endian on all
/// machines we support. The origin decides which images a set takes, so that equal pixels of two origins are two packs.
std::string digest_of(const at::Tensor& images, const at::Tensor& labels, const std::string& origin) {
  const std::array<std::int64_t, 4> shape{images.size(0), images.size(1), images.size(2), images.size(3)};
  Sha256 hash;
  if (!origin.empty()) hash.update("espalier derived images 1").update(origin);
  if (are_several(labels)) {
    const std::array<std::int64_t, 2> sizes{labels.size(0), labels.size(1)};
    hash.update("espalier label matrix 1").update(std::as_bytes(std::span(sizes)));
  }
  hash.update("espalier images 1").update(std::as_bytes(std::span(shape)));
  return to_hex(hash.update(bytes_in(images)).update(bytes_in(labels)).finish());
}

}  // namespace

Pack make_pack(at::Tensor images, at::Tensor labels, std::vector<std::string> class_names, std::string origin) {
  ESPALIER_EXPECT(images.dim() == 4 && images.scalar_type() == at::kByte);
  ESPALIER_EXPECT((labels.dim() == 1 || are_several(labels)) && labels.size(0) == images.size(0));
  Pack pack;
  pack.images = images.contiguous();
  pack.labels = labels.to(are_several(labels) ? at::kByte : at::kInt).contiguous();
  pack.class_names = std::move(class_names);
  pack.class_counts();  // throws for labels without a class
  pack.origin = std::move(origin);
  pack.digest = digest_of(pack.images, pack.labels, pack.origin);
  std::vector<std::int64_t> rows(static_cast<std::size_t>(pack.images.size(0)));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  PixelMoments moments = moments_of(pack.images, rows);
  pack.mean = std::move(moments.mean);
  pack.std = std::move(moments.std);
  return pack;
}

void verify_pack(const Pack& pack, const std::filesystem::path& file) {
  if (digest_of(pack.images, pack.labels, pack.origin) == pack.digest) return;
  throw CorruptionError("'" + file.string() + "' is damaged", "its images do not have the digest it states",
                        "Restore it, or make it again with 'espalier data import'.");
}

void check_levels(const task::LabelLevels& levels, std::size_t classes) {
  for (const auto& [name, level] : levels) {
    const auto bound = static_cast<std::int32_t>(level.names.size());
    const bool fits =
        level.of.size() == classes &&
        std::all_of(level.of.begin(), level.of.end(), [&](std::int32_t one) { return one >= -1 && one < bound; });
    if (!fits) {
      throw UsageError("the level '" + name + "' does not fit the " + std::to_string(classes) + " classes",
                       "each class has one of its " + std::to_string(bound) + " classes", "Check the labels.");
    }
  }
}

network::Shape Pack::shape() const {
  const auto side = [&](int i) { return static_cast<std::int32_t>(images.size(i)); };
  return {side(1), side(2), side(3)};
}

std::vector<std::int64_t> Pack::class_counts() const {
  if (are_several(labels)) return std::vector<std::int64_t>(class_names.size(), labels.size(0));
  std::vector<std::int64_t> counts(class_names.size(), 0);
  const std::int32_t* label = labels.const_data_ptr<std::int32_t>();
  for (std::int64_t i = 0; i < labels.size(0); ++i) {
    if (label[i] < 0 || static_cast<std::size_t>(label[i]) >= counts.size()) {
      throw UsageError("image " + std::to_string(i) + " has the label " + std::to_string(label[i]),
                       "there are " + std::to_string(counts.size()) + " classes", "Check the labels.");
    }
    ++counts[static_cast<std::size_t>(label[i])];
  }
  return counts;
}

}  // namespace espalier::data
