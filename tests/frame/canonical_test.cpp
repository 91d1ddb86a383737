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
