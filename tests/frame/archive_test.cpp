#include "espalier/frame/archive.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/core/ids.hpp"

using namespace espalier;

TEST_CASE("archive: an id from outside that is none is damage, not a bug") {
  for (const std::string& text : {std::string(33, 'a'), std::string("a\0b", 3)}) {
    struct Holder {
      std::string hex;
      void serialize(frame::Writer& archive, unsigned) { archive & hex; }
    };
    const std::string bytes = frame::to_bytes(Holder{text});
    CHECK_THROWS_AS(frame::from_bytes<TaskId>(bytes), CorruptionError);
  }
  CHECK((frame::from_bytes<TaskId>(frame::to_bytes(TaskId{"abc"})) == TaskId{"abc"}));
}
