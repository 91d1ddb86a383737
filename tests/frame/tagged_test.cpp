#include "espalier/frame/tagged.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using frame::put_varint;

namespace {

struct Inner {
  std::string text;
  bool operator==(const Inner&) const = default;
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

/// A record with a message that readers must understand.
struct Demanding {
  Inner inner;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<frame::kFirstMandatoryField>("inner", inner);
  }
};

enum class Colour : std::uint8_t { red = 0, green = 1 };
constexpr Colour last_known(Colour) { return Colour::green; }

struct Painted {
  Colour colour = Colour::red;
  std::vector<Colour> others;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& frame::stored<1>("colour", colour) & frame::stored<2>("others", others);
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

TEST_CASE("tagged: a value of an enumeration that only a newer version knows is refused as such, wherever it stands") {
  const auto painted = [](std::uint64_t colour) {
    std::string bytes;
    put_varint(bytes, 1 << 3);
    put_varint(bytes, colour);
    return bytes;
  };
  CHECK((frame::from_tagged<Painted>(painted(1)).colour == Colour::green));
  CHECK((frame::from_tagged<Painted>(field(2, "\x01")).others == std::vector{Colour::green}));

  for (const std::uint64_t number : {2, 255, 256, 1 << 20}) {
    CHECK_THROWS_AS(frame::from_tagged<Painted>(painted(number)), frame::NewerFormatError);
  }
  CHECK_THROWS_AS(frame::from_tagged<Painted>(field(2, "\x01\x02")), frame::NewerFormatError);
  CHECK_THROWS_WITH(frame::from_tagged<Painted>(painted(7)), Catch::Contains("value 7") && Catch::Contains("up to 1"));
}

TEST_CASE("tagged: a message that must be understood is left out where it says nothing, so that older readers go on") {
  Demanding plain, saying;
  saying.inner.text = "listen";

  CHECK(frame::to_tagged(plain).empty());
  CHECK(frame::from_tagged<Demanding>(frame::to_tagged(saying)).inner.text == "listen");
  CHECK(frame::from_tagged<Demanding>("").inner.text.empty());
  CHECK_THROWS_AS(frame::from_tagged<Inner>(frame::to_tagged(saying)), frame::NewerFormatError);
}
