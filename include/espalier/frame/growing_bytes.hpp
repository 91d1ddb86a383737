#pragma once
// The buffer that tagged archives write into: the first bytes lie in place, so that small records need no allocation.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace espalier::frame {

class GrowingBytes {
 public:
  GrowingBytes() = default;
  GrowingBytes(const GrowingBytes&) = delete;  // it points into itself
  GrowingBytes& operator=(const GrowingBytes&) = delete;

  std::string_view view() const { return {begin_, size()}; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  /// Where at least `count` more bytes may be written; call set_end() behind them.
  char* room(std::size_t count) {
    if (static_cast<std::size_t>(limit_ - end_) < count) grow(count);
    return end_;
  }
  void set_end(char* end) { end_ = end; }
  /// Where byte `place` lies, until there is more room.
  char* at(std::size_t place) { return begin_ + place; }

 private:
  [[gnu::noinline]] void grow(std::size_t count) {
    const std::size_t used = size(), wanted = std::max(2 * static_cast<std::size_t>(limit_ - begin_), used + count);
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    std::memcpy(larger.get(), begin_, used);
    on_heap_ = std::move(larger);
    begin_ = on_heap_.get();
    end_ = begin_ + used;
    limit_ = begin_ + wanted;
  }

  std::array<char, 1024> in_place_;  // not initialised: that would cost as much as writing most records
  std::unique_ptr<char[]> on_heap_;
  char* begin_ = in_place_.data();
  char* end_ = in_place_.data();
  char* limit_ = in_place_.data() + in_place_.size();
};

}  // namespace espalier::frame
