// What a safetensors header must say, without LibTorch; the tests of data read whole files.
#include "espalier/safetensors/header.hpp"

#include <catch2/catch.hpp>

using namespace espalier::safetensors;

namespace {

/// Why this header of a file with `bytes` bytes behind it is refused.
std::string refusal(const std::string& json, std::uint64_t bytes = 8) {
  try {
    parse_header(json, bytes);
  } catch (const Refused& refused) {
    return refused.what();
  }
  return "(was read)";
}

}  // namespace

TEST_CASE("safetensors header: tensors come in file order, with dtype, shape and place; metadata are texts") {
  const Header header =
      parse_header(R"({"__metadata__":{"a":"b"},"y":{"dtype":"U8","shape":[2],"data_offsets":[8,10]},)"
                   R"("x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})",
                   10);

  REQUIRE(header.entries.size() == 2);
  CHECK(header.entries[0].name == "x");
  CHECK(header.entries[0].dtype == "F32");
  CHECK(header.entries[0].shape == std::vector<std::int64_t>{1, 2});
  CHECK(header.entries[1].begin == 8);
  CHECK(header.metadata.at("a") == "b");
}

TEST_CASE("safetensors header: each fault is named") {
  using Catch::Contains;
  CHECK_THAT(refusal(R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})"),
             Contains("take 4 bytes, the file has 8"));
  CHECK_THAT(refusal(R"({"x":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})"), Contains("it is cut"));
  CHECK_THAT(refusal(R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})"), Contains("gap or overlaps"));
  CHECK_THAT(refusal(R"({"x":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}})"), Contains("unknown dtype 'F8'"));
  CHECK_THAT(refusal(R"({"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)"
                     R"("x":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}})"),
             Contains("twice"));
  CHECK_THAT(refusal(R"({"__metadata__":{"a":1}})", 0), Contains("is not a text"));
  CHECK_THAT(refusal("{\"x\":" + std::string(1'000'000, '[')), Contains("nested too deeply"));
  CHECK_THAT(refusal("{"), Contains("not JSON"));
}
