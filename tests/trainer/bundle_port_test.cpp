#include "trainer/bundle_port.hpp"

#include <fstream>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "trainer/made_bundle.hpp"

using namespace espalier;

namespace {

std::filesystem::path write(const std::string& bytes) {
  const auto file = testing::scratch("bundle-port") / "bundles";
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

}  // namespace

TEST_CASE("bundle port: gives the file's frames in order and then nothing") {
  std::ostringstream out;
  trainer::BundlePort port(write(frame::encode(protocol::Stop{}) + frame::encode(protocol::Shutdown{})), out);

  CHECK(port.wait()->type == static_cast<std::uint16_t>(protocol::MessageType::stop));
  CHECK_FALSE(port.poll());
  CHECK(port.wait()->type == static_cast<std::uint16_t>(protocol::MessageType::shutdown));
  CHECK_FALSE(port.wait());
}

TEST_CASE("bundle port: says what is wrong with a file and where") {
  std::ostringstream out;
  const std::string good = frame::encode(protocol::Stop{});

  trainer::BundlePort cut(write(good + good.substr(0, 7)), out);
  REQUIRE(cut.wait());
  CHECK_THROWS_WITH(cut.wait(), Catch::Contains("from byte " + std::to_string(good.size())));
  trainer::BundlePort garbage(write("this is no file of frames at all"), out);
  CHECK_THROWS_WITH(garbage.wait(), Catch::Contains("bad magic"));
  CHECK_THROWS_AS(trainer::BundlePort(testing::scratch("bundle-port") / "nothing", out), UsageError);
}
