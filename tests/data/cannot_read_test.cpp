// Whose mistake it is that raw images cannot be read.
#include "data/cannot_read.hpp"

#include <sys/resource.h>

#include <cerrno>

#include "data/pack/raw_hash.hpp"
#include "data/read/gzip_reader.hpp"
#include "data/read/walk_folder.hpp"
#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

/// In its scope this process can open no more files.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;
  ~NoMoreFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("cannot read: a path is the user's, a disk or limit the machine's") {
  for (const int error : {ENOENT, EACCES, EISDIR, EINVAL}) CHECK_THROWS_AS(cannot_read("a", error), UsageError);
  for (const int error : {EIO, EMFILE, ENOMEM, ESTALE}) CHECK_THROWS_AS(cannot_read("a", error), EnvironmentError);
  CHECK_THROWS_WITH(cannot_read("a", EINVAL), Catch::Contains("it is not a file"));
}

TEST_CASE("cannot read: every reader of raw files tells a machine without files from a file that is not there") {
  const TemporaryFolder folder;
  put_bytes(folder / "a", "x");
  CHECK_THROWS_AS(GzipReader(folder / "none"), UsageError);
  CHECK_THROWS_AS(sorted_entries(folder / "none"), UsageError);
  CHECK_THROWS_AS(raw_hash(folder / "none", folder / "memory"), UsageError);

  const NoMoreFiles none;

  CHECK_THROWS_AS(GzipReader(folder / "a"), EnvironmentError);
  CHECK_THROWS_AS(sorted_entries(folder.path()), EnvironmentError);
  CHECK_THROWS_AS(raw_hash(folder / "a", folder / "memory"), EnvironmentError);
}

TEST_CASE("cannot read: links to folders are folders, links that lead nowhere are none") {
  const TemporaryFolder folder;
  std::filesystem::create_directory_symlink(folder.path(), folder / "link");
  std::filesystem::create_symlink("nowhere", folder / "broken");
  std::filesystem::create_symlink("self", folder / "self");

  CHECK(is_folder(folder / "link"));
  CHECK_FALSE(is_folder(folder / "broken"));
  CHECK_FALSE(is_folder(folder / "self"));
}

}  // namespace espalier::data
