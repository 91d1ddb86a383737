// Shapes out of a safetensors file, what a file is that is none, and values that no network may start from.
#include "session/checkpoint_header.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <limits>

#include "store/scratch.hpp"

using namespace espalier;
using namespace espalier::session;

namespace {

std::string length_of(std::uint64_t header) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header >> (8 * i) & 0xff);
  return bytes;
}

std::string safetensors(const std::string& header, const std::string& data) {
  return length_of(header.size()) + header + data;
}

std::string floats(const std::vector<float>& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// A file of two tensors: a of 2 x 3 values, b of one.
std::string two_tensors(const std::vector<float>& values) {
  return safetensors(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                     R"("b":{"dtype":"F32","shape":[],"data_offsets":[24,28]}})",
                     floats(values));
}

/// A file of the test's own folder.
class File {
 public:
  explicit File(const std::string& bytes) { std::ofstream(path(), std::ios::binary) << bytes; }
  std::filesystem::path path() const { return folder_.path() / "w.safetensors"; }

  TensorShapes shapes() const { return std::get<TensorShapes>(read_shapes(path(), "w")); }
  Problem refusal() const { return std::get<Problem>(read_shapes(path(), "w")); }
  std::optional<Problem> not_finite(const std::set<std::string>& tensors) const {
    return find_not_finite(path(), "w", tensors);
  }

 private:
  store::Scratch folder_;
};

const std::vector<float> kFinite = {1, 2, 3, 4, 5, 6, 7};

}  // namespace

TEST_CASE("checkpoint header: shapes are those of the header, a single value has none") {
  const auto shapes = File(two_tensors(kFinite)).shapes();

  CHECK(shapes == TensorShapes{{"a", {2, 3}}, {"b", {}}});
}

TEST_CASE("checkpoint header: a file of another kind is told what it is") {
  const std::string pickle = std::string("PK\x03\x04", 4) + std::string(60, 'x');
  CHECK(File(pickle).refusal().problem == "'w' is not a safetensors file");
  CHECK(File(pickle).refusal().why.starts_with("it is "));
  CHECK(File("{}").refusal().why == "it has 2 bytes");
  CHECK(File(std::string(64, 'x')).refusal().why == "its first bytes are those of another format");
  CHECK(File(length_of(20) + std::string(20, '[')).refusal().why == "its first bytes are those of another format");
}

TEST_CASE("checkpoint header: a file that ends early is unsound, in its header or behind it") {
  const std::string whole = two_tensors(kFinite);

  CHECK(File(whole.substr(0, 30)).refusal().why == "it is cut: it ends within its header");
  CHECK(File(whole.substr(0, whole.size() - 1)).refusal().problem == "'w' is not a sound safetensors file");
  CHECK(File(safetensors("{\"a\":", "")).refusal().problem == "'w' is not a sound safetensors file");
}

TEST_CASE("checkpoint header: a truth value is 0 or 1") {
  const auto of = [](char value) {
    return safetensors(R"({"m":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", std::string(1, value));
  };
  CHECK(File(of(1)).shapes().at("m") == std::vector<std::int64_t>{1});
  CHECK(File(of(2)).refusal().why == "'m' has a truth value that is neither 0 nor 1");
}

TEST_CASE("checkpoint header: values that are not finite are found in the tensors that are used, and counted") {
  auto values = kFinite;
  values[1] = std::numeric_limits<float>::quiet_NaN();
  values[4] = -std::numeric_limits<float>::infinity();
  const File file(two_tensors(values));

  const auto found = file.not_finite({"a", "b"});
  REQUIRE(found);
  CHECK(found->problem == "'w' holds values that are NaN or infinite");
  CHECK(found->why.starts_with("tensor 'a' has 2 of 6,"));
  CHECK_FALSE(file.not_finite({"b"}));
  CHECK_FALSE(File(two_tensors(kFinite)).not_finite({"a", "b"}));
}
