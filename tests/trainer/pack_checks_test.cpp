#include "trainer/pack_checks.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "data/temporary_folder.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;

namespace {

/// A pack in `folder` with a bit flipped in its last image.
data::PackPaths damaged_pack(const data::TemporaryFolder& folder) {
  const auto file = folder / "pack";
  const auto pack = data::make_pack(at::full({4, 1, 8, 8}, 7, at::kByte), at::zeros({4}, at::kInt), {"0"});
  data::write_pack(file, pack);
  std::string bytes = data::bytes_in(file);
  bytes.back() ^= 4;
  data::put_bytes(file, bytes);
  return {{pack.digest, file.string()}};
}

}  // namespace

TEST_CASE("pack checks: a damaged pack is the machine's trouble, and no task's") {
  const data::TemporaryFolder folder;
  const auto packs = damaged_pack(folder);
  trainer::PackChecks checks;
  int alive = 0;

  CHECK_THROWS_AS(checks.check(packs.begin()->first, packs, [&] { ++alive; }), EnvironmentError);

  CHECK(alive > 0);
}

TEST_CASE("pack checks: who finds another trainer reading a pack waits with signs of life, and reads it then") {
  const data::TemporaryFolder folder;
  const auto packs = damaged_pack(folder);
  os::Descriptor other(::open(packs.begin()->second.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  trainer::PackChecks checks;
  int waited = 0;

  CHECK_THROWS_AS(checks.check(packs.begin()->first, packs,
                               [&] {
                                 if (++waited == 3) other.close();
                               }),
                  EnvironmentError);

  CHECK(waited >= 3);
}

TEST_CASE("pack checks: a sound pack is read once") {
  const data::TemporaryFolder folder;
  const auto pack = data::make_pack(at::full({4, 1, 8, 8}, 7, at::kByte), at::zeros({4}, at::kInt), {"0"});
  data::write_pack(folder / "pack", pack);
  const data::PackPaths packs{{pack.digest, (folder / "pack").string()}};
  trainer::PackChecks checks;
  int alive = 0;

  checks.check(pack.digest, packs, [&] { ++alive; });
  const int once = alive;
  checks.check(pack.digest, packs, [&] { ++alive; });

  CHECK(once > 0);
  CHECK(alive == once);
}
