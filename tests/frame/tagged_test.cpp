#include "espalier/frame/tagged.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using frame::put_varint;

namespace {

struct Inner {
  std::string text;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("text", text);
  }
};

struct Outer {
  Inner inner;
  std::vector<double> values;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<2>("inner", inner) & frame::stored<20>("values", values);
  }
};

/// A field of bytes as Protocol Buffers' encoding document has it.
std::string field(std::uint64_t number, const std::string& bytes) {
  std::string out;
  put_varint(out, number << 3 | 2);
  put_varint(out, bytes.size());
  return out + bytes;
}

}  // namespace

TEST_CASE("tagged: a nested message stands behind its length, however many bytes the length takes") {
  for (const std::size_t size : {0, 1, 123, 124, 125, 126, 127, 128, 1000, 16378, 16379, 16380, 16384, 3000000}) {
    const Outer value{{std::string(size, 'x')}, {}};

    const std::string bytes = frame::to_tagged(value);

    CHECK(bytes == field(2, field(1, value.inner.text)));
    CHECK(frame::from_tagged<Outer>(bytes).inner.text == value.inner.text);
  }
}

TEST_CASE("tagged: numbers are packed behind the length of all") {
  const Outer value{{}, std::vector<double>(300, 0.5)};
  std::string packed;
  for (const double one : value.values) packed.append(reinterpret_cast<const char*>(&one), sizeof one);

  const std::string bytes = frame::to_tagged(value);

  CHECK(bytes == field(2, field(1, "")) + field(20, packed));
  CHECK(frame::from_tagged<Outer>(bytes).values == value.values);
  CHECK_THROWS_AS(frame::from_tagged<Outer>(field(20, packed.substr(1))), CorruptionError);
}
