// Compares images by the SHA-256 of their pixels.
#include "data/pack/same_images.hpp"

#include <cstring>
#include <string>
#include <unordered_map>

#include "espalier/core/hash.hpp"

namespace espalier::data {
namespace {

constexpr std::size_t kKept = 16;  // bytes of each digest: enough to tell images apart

using FirstRows = std::unordered_map<std::string, std::int64_t>;

std::string digest_of(const at::Tensor& images, std::int64_t row) {
  const std::size_t bytes = images.numel() == 0 ? 0 : static_cast<std::size_t>(images.numel() / images.size(0));
  const auto* pixels = reinterpret_cast<const std::byte*>(images.const_data_ptr<std::uint8_t>());
  const auto digest = sha256(Bytes(pixels + static_cast<std::size_t>(row) * bytes, bytes));
  return {reinterpret_cast<const char*>(digest.data()), kKept};
}

}  // namespace

std::vector<SameImages> same_within(const at::Tensor& images) {
  FirstRows rows;
  std::vector<SameImages> same;
  for (std::int64_t row = 0; row < images.size(0); ++row) {
    const auto [known, is_new] = rows.try_emplace(digest_of(images, row), row);
    if (!is_new) same.push_back({known->second, row});
  }
  return same;
}

std::vector<SameImages> same_between(const at::Tensor& earlier, const at::Tensor& later) {
  FirstRows rows;
  std::vector<SameImages> same;
  for (std::int64_t row = 0; row < earlier.size(0); ++row) rows.try_emplace(digest_of(earlier, row), row);
  for (std::int64_t row = 0; row < later.size(0); ++row) {
    const auto known = rows.find(digest_of(later, row));
    if (known != rows.end()) same.push_back({known->second, row});
  }
  return same;
}

}  // namespace espalier::data
