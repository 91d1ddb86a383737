#include "espalier/core/file_kind.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace espalier {
namespace {

using namespace std::string_literals;

std::string told(const std::string& first) {
  const FileKind* kind = foreign_kind(bytes_of(first));
  return kind ? kind->name : "";
}

}  // namespace

TEST_CASE("file kind: what people have in place of a checkpoint is told by its first bytes") {
  CHECK(told("version https://git-lfs.github.com/spec/v1\n") == "a Git LFS pointer, not the file itself");
  CHECK(told("PK\3\4\0\0"s) == "a zip archive, as torch.save writes (.pt, .pth)");
  CHECK(told("\x80\2}q\0"s) == "a Python pickle, as torch.save wrote before PyTorch 1.6");
  CHECK(told("\x89HDF\r\n\x1a\n") == "an HDF5 file (Keras?)");
  CHECK(told("\n <!DOCTYPE html>") == "an HTML page");
  CHECK(told("<HTML>") == "an HTML page");
  CHECK(told("\x1f\x8b\x08") == "compressed by gzip");
  CHECK(told(std::string(257, 'a') + "ustar") == "a tar archive");
  CHECK(told(std::string(64, '\0')) == "zeros from its first byte on: it was never written");
  CHECK(told("") == "empty");
}

TEST_CASE("file kind: a safetensors file is foreign to nobody, whatever its header's size begins with") {
  CHECK(told("\x40\0\0\0\0\0\0\0{\"a\""s).empty());
  CHECK(told("PK\3\4\0\0\0\0{\"a\""s).empty());
  CHECK(told("something else").empty());
}

}  // namespace espalier
