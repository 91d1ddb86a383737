// Predictions out of an artifact, and files that are none.
#include "cli/predictions_file.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "store/scratch.hpp"

using namespace espalier;
using Catch::Contains;

namespace {

using Values = std::vector<std::int32_t>;

std::string bytes_of_values(const Values& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string file_of(const std::string& kind, const Values& predicted, const Values& labels) {
  const auto entry = [](const std::string& name, std::size_t count, std::size_t from) {
    return "\"" + name + "\":{\"dtype\":\"I32\",\"shape\":[" + std::to_string(count) + "],\"data_offsets\":[" +
           std::to_string(from) + "," + std::to_string(from + 4 * count) + "]}";
  };
  const std::string header = "{\"__metadata__\":{\"kind\":\"" + kind + "\"}," +
                             entry("predicted", predicted.size(), 0) + "," +
                             entry("label", labels.size(), 4 * predicted.size()) + "}";
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header + bytes_of_values(predicted) + bytes_of_values(labels);
}

/// A folder with one artifact.
struct Out {
  store::Scratch folder;
  ArtifactId artifact;
  explicit Out(const std::string& bytes) : artifact{to_hex(sha256(bytes))} {
    std::filesystem::create_directories(folder.path() / "artifacts");
    put(bytes);
  }
  void put(const std::string& bytes) const {
    std::ofstream(folder.path() / "artifacts" / (artifact.hex + ".safetensors"), std::ios::binary) << bytes;
  }
  report::Predictions read() const { return cli::read_predictions(folder.path(), artifact); }
};

const std::string kGood = file_of("espalier predictions 1", {2, 0, 1}, {2, 1, 1});

}  // namespace

TEST_CASE("predictions file: outputs and labels are read in the order of the images") {
  const auto read = Out(kGood).read();

  CHECK(read.predicted == Values{2, 0, 1});
  CHECK(read.labels == Values{2, 1, 1});
}

TEST_CASE("predictions file: what is missing, damaged or something else is refused with the reason") {
  const Out out(kGood);
  out.put(kGood.substr(0, kGood.size() - 1) + '\x05');
  CHECK_THROWS_WITH(out.read(),
                    Contains("predictions are damaged") && Contains("holds other bytes than its name says"));
  std::filesystem::remove_all(out.folder.path() / "artifacts");
  CHECK_THROWS_AS(out.read(), EnvironmentError);
  CHECK_THROWS_WITH(out.read(), Contains("predictions are missing") && Contains("is not there"));

  CHECK_THROWS_WITH(Out(file_of("espalier network 1", {1}, {1})).read(), Contains("it is not of kind"));
  CHECK_THROWS_WITH(Out(file_of("espalier predictions 1", {1, 2}, {1})).read(), Contains("as many predictions"));
  CHECK_THROWS_WITH(Out("short").read(), Contains("fewer bytes than a header's length"));
  CHECK_THROWS_WITH(Out(kGood.substr(0, 20)).read(), Contains("ends within its header"));
}
