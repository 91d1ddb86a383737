#include "espalier/frame/frame.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/frame/canonical.hpp"

using namespace espalier;

namespace {

struct Inner {
  std::int32_t number = 0;
  std::string text;
  bool operator==(const Inner&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(number) & ESPALIER_FIELD(text);
  }
};

struct Outer {
  static constexpr int kType = 7;
  std::vector<Inner> items;
  std::map<std::string, double> values;
  std::optional<std::int64_t> maybe;
  std::vector<std::uint16_t> raw;
  bool operator==(const Outer&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(items) & ESPALIER_FIELD(values) & ESPALIER_FIELD(maybe) & ESPALIER_FIELD(raw);
  }
};

Outer arbitrary() {
  Outer value;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    value.items.push_back({*rc::gen::arbitrary<std::int32_t>(), *rc::gen::arbitrary<std::string>()});
  }
  value.values[*rc::gen::arbitrary<std::string>()] = *rc::gen::inRange(-5, 5);
  if (*rc::gen::arbitrary<bool>()) value.maybe = *rc::gen::arbitrary<std::int64_t>();
  value.raw = *rc::gen::arbitrary<std::vector<std::uint16_t>>();
  return value;
}

}  // namespace

TEST_CASE("frame: every value comes back as it was sent") {
  CHECK(rc::check([] {
    const Outer value = arbitrary();
    std::string buffer = frame::encode(value) + frame::encode(value);

    const auto first = frame::take(buffer);
    RC_ASSERT(first.has_value());
    RC_ASSERT(first->type == 7);
    RC_ASSERT(first->as<Outer>() == value);
    RC_ASSERT(frame::take(buffer).has_value());
    RC_ASSERT(buffer.empty());
  }));
}

TEST_CASE("frame: a part of a frame is waited for, never misread") {
  const std::string whole = frame::encode(Outer{{{1, "one"}}, {{"a", 2.0}}, 3, {4, 5}});
  for (std::size_t n = 0; n < whole.size(); ++n) {
    std::string part = whole.substr(0, n);
    CHECK_FALSE(frame::take(part).has_value());
    CHECK(part.size() == n);
  }
}

TEST_CASE("frame: a flipped bit anywhere is noticed") {
  const std::string whole = frame::encode(Outer{{{1, "one"}}, {{"a", 2.0}}, 3, {4, 5}});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const auto front = frame::peek(damaged);
    CHECK(front.state != frame::Peek::State::whole);
  }
}

TEST_CASE("frame: a count larger than the bytes left is refused before anything is allocated") {
  std::string hostile(20, '\xff');
  CHECK_THROWS_AS(frame::from_bytes<Outer>(hostile), CorruptionError);
}

TEST_CASE("frame: left-over bytes are refused") {
  CHECK_THROWS_AS(frame::from_bytes<Inner>(frame::to_bytes(Inner{1, "x"}) + "y"), CorruptionError);
}

namespace {

/// Holds values of its own kind, as layers hold branches.
struct Nested {
  std::vector<Nested> inner;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & inner;
  }
};

}  // namespace

TEST_CASE("frame: values within values are refused beyond a hundred, not read until the stack ends") {
  const auto depth = [](std::size_t levels) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < levels; ++i) bytes += frame::to_bytes(std::uint64_t{1});
    return bytes + frame::to_bytes(std::uint64_t{0});
  };

  CHECK_NOTHROW(frame::from_bytes<Nested>(depth(100)));
  CHECK_THROWS_AS(frame::from_bytes<Nested>(depth(101)), CorruptionError);
  CHECK_THROWS_AS(frame::from_bytes<Nested>(depth(1'000'000)), CorruptionError);
}
