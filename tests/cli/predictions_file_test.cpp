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

struct Tensor {
  std::string name, dtype, shape, bytes;
};

std::string file_with(const std::string& kind, const std::vector<Tensor>& tensors) {
  std::string header = "{\"__metadata__\":{\"kind\":\"" + kind + "\",\"data\":\"d1\"}", data;
  for (const auto& [name, dtype, shape, bytes] : tensors) {
    header += ",\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
              std::to_string(data.size()) + "," + std::to_string(data.size() + bytes.size()) + "]}";
    data += bytes;
  }
  header += "}";
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
  return length + header + data;
}

template <class Value>
std::string bytes_of_all(const std::vector<Value>& values) {
  std::string bytes(sizeof(Value) * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
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

TEST_CASE("predictions file: rows and probabilities are read where they are, one for each image") {
  const auto rows = bytes_of_all<std::int64_t>({7, 3});
  const Tensor row{"row", "I64", "2", rows}, predicted{"predicted", "I32", "2", bytes_of_all<std::int32_t>({0, 1})},
      label{"label", "I32", "2", bytes_of_all<std::int32_t>({1, 1})},
      share{"probability", "F32", "2", bytes_of_all<float>({.5F, .75F})};

  const auto read = Out(file_with("espalier predictions 1", {row, predicted, label, share})).read();

  CHECK(read.rows == std::vector<std::int64_t>{7, 3});
  CHECK(read.probability == std::vector<float>{.5F, .75F});
  CHECK(read.data == "d1");
  CHECK(read.images() == 2);
  CHECK(Out(kGood).read().probability.empty());  // of an earlier version
  const Tensor one{"probability", "F32", "1", bytes_of_all<float>({.5F})};
  CHECK_THROWS_WITH(Out(file_with("espalier predictions 1", {row, predicted, label, one})).read(),
                    Contains("not as many probabilities as labels"));
}

TEST_CASE("predictions file: of several labels an image come scores and labels of one shape") {
  const Tensor score{"score", "F32", "2,3", bytes_of_all<float>({1, 2, 3, 4, 5, 6})};
  const Tensor label{"label", "I8", "2,3", bytes_of_all<std::int8_t>({1, 0, -1, 0, 0, 1})};

  const auto read = Out(file_with("espalier scores 1", {score, label})).read();

  CHECK(read.are_several());
  CHECK(read.images() == 2);
  CHECK(read.outputs == 3);
  CHECK(read.scores == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(read.positives == std::vector<float>{1, 0, -1, 0, 0, 1});
  const Tensor turned{"label", "I8", "3,2", label.bytes};
  CHECK_THROWS_WITH(Out(file_with("espalier scores 1", {score, turned})).read(), Contains("differ in shape"));
  CHECK_THROWS_WITH(Out(file_with("espalier scores 1", {label})).read(), Contains("no float32 scores"));
}
