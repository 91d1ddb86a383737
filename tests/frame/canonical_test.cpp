#include "espalier/frame/canonical.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

namespace {

struct Old {
  std::int32_t batch = 0;
  float rate = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(batch) & ESPALIER_FIELD(rate);
  }
};

struct Grown {
  std::int32_t batch = 0;
  bool clip = false;  // added later, in the middle
  float rate = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(batch) & ESPALIER_FIELD(clip) & ESPALIER_FIELD(rate);
  }
};

struct Every {
  bool on = false;
  std::int32_t count = 0;
  double share = 0;
  std::string name;
  std::vector<std::int32_t> list;
  std::map<std::string, std::int32_t> named;
  std::optional<std::int32_t> maybe;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(on) & ESPALIER_FIELD(count) & ESPALIER_FIELD(share) & ESPALIER_FIELD(name) &
        ESPALIER_FIELD(list) & ESPALIER_FIELD(named) & ESPALIER_FIELD(maybe);
  }
};

}  // namespace

TEST_CASE("canonical: a field added later changes no id while it has its default") {
  CHECK(frame::Canonical::text(Old{64, 0.1f}) == frame::Canonical::text(Grown{64, false, 0.1f}));
  CHECK(frame::Canonical::text(Old{64, 0.1f}) != frame::Canonical::text(Grown{64, true, 0.1f}));
}

TEST_CASE("canonical: every value that differs gives another text") {
  CHECK(frame::Canonical::text(Old{64, 0.1f}) != frame::Canonical::text(Old{64, 0.1f * 1.0000002f}));
  CHECK(frame::Canonical::text(Old{64, 0.0f}) != frame::Canonical::text(Old{0, 64.0f}));
  CHECK(frame::Canonical::text(std::vector<std::string>{"a,", "b"}) !=
        frame::Canonical::text(std::vector<std::string>{"a", ",b"}));
}

TEST_CASE("canonical: the text of every kind of field, however long, is what ids were made of") {
  const std::string name(5000, 'x');

  CHECK(frame::Canonical::text(Every{}) == "{}");
  CHECK(frame::Canonical::text(Every{true, -3, 0.5, "a;b", {1, 2}, {{"k", 7}}, 4}) ==
        "{on=1;count=-3;share=1p-1;name=3'a;b;list=[1,2,];named=<1'k=7,>;maybe=4;}");
  CHECK(frame::Canonical::text(Every{false, 0, 0, name, {}, {}, {}}) == "{name=5000'" + name + ";}");
}

TEST_CASE("canonical: a digest is that of the text, behind what is put before it") {
  const Every value{true, -3, 0.5, "a;b", {1, 2}, {{"k", 7}}, 4};
  const std::string text = frame::Canonical::text(value);

  CHECK(frame::canonical_digest(value) == sha256(text));
  CHECK(frame::Canonical::digest("kind:", value) == sha256("kind:" + text));
}
