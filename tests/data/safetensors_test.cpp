#include "espalier/data/safetensors.hpp"

#include <sys/resource.h>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "support/catch_after_torch.hpp"
#include "support/cpu_growth.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

NamedTensors samples() {
  NamedTensors tensors;
  tensors.emplace_back("odd", at::arange(3, at::kByte));  // leaves what follows unaligned
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                           at::kChar, at::kByte, at::kBool}) {
    tensors.emplace_back(c10::toString(dtype), at::arange(6, at::kInt).reshape({2, 3}).to(dtype));
  }
  tensors.emplace_back("scalar", at::scalar_tensor(2.5f));
  tensors.emplace_back("none", at::empty({0, 4}));
  return tensors;
}

std::string with_header(const std::string& json, const std::string& data) {
  std::string size(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) size[i] = static_cast<char>(json.size() >> (8 * i) & 0xFF);
  return size + json + data;
}

/// The message with which these bytes are refused.
std::string refusal(const std::filesystem::path& file, const std::string& bytes) {
  put_bytes(file, bytes);
  try {
    read_safetensors(file);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "(was read)";
}

}  // namespace

TEST_CASE("safetensors: what is written is read back, every dtype, empty and scalar tensors too") {
  const TemporaryFolder folder;
  const NamedTensors written = samples();

  write_safetensors(folder / "a.safetensors", written, {{"kind", "sample"}});
  const TensorFile read = read_safetensors(folder / "a.safetensors");

  REQUIRE(read.tensors.size() == written.size());
  CHECK(read.metadata == Metadata{{"kind", "sample"}});
  for (const auto& [name, tensor] : written) {
    INFO(name);
    CHECK(read.at(name).scalar_type() == tensor.scalar_type());
    CHECK(read.at(name).equal(tensor));
  }
}

TEST_CASE("safetensors: tensors outlive the file object and the file's name") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a.safetensors", {{"x", at::arange(1000, at::kInt)}}, {});

  at::Tensor x = read_safetensors(folder / "a.safetensors").at("x");
  std::filesystem::remove(folder / "a.safetensors");

  CHECK(x.equal(at::arange(1000, at::kInt)));
}

TEST_CASE("safetensors: equal content gives equal bytes, whatever the memory layout") {
  const TemporaryFolder folder;
  const at::Tensor x = at::arange(24, at::kFloat).reshape({1, 2, 3, 4});

  write_safetensors(folder / "a", {{"x", x}}, {{"b", "2"}, {"a", "1"}});
  write_safetensors(folder / "b", {{"x", x.contiguous(at::MemoryFormat::ChannelsLast)}}, {{"a", "1"}, {"b", "2"}});

  CHECK(bytes_in(folder / "a") == bytes_in(folder / "b"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);  // nothing partial is left
}

TEST_CASE("safetensors: every truncation is refused") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", samples(), {{"kind", "sample"}});
  const std::string whole = bytes_in(folder / "a");

  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO("length " << length);
    REQUIRE(refusal(folder / "b", whole.substr(0, length)) != "(was read)");
  }
  CHECK(refusal(folder / "b", whole + "x") != "(was read)");
}

TEST_CASE("safetensors: a flipped byte in the header is refused or read within the file, never a crash") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {{"x", at::arange(6, at::kInt)}, {"y", at::ones({2, 2})}}, {{"kind", "sample"}});
  const std::string whole = bytes_in(folder / "a");
  double touched = 0;

  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      if (refusal(folder / "b", bytes) != "(was read)") continue;
      for (const auto& [name, tensor] : read_safetensors(folder / "b").tensors) touched += tensor.sum().item<double>();
    }
  }

  CHECK(touched != 0);
}

TEST_CASE("safetensors: each fault of a header is named") {
  const TemporaryFolder folder;
  const auto why = [&](const std::string& json, const std::string& data = std::string(8, 'x')) {
    return refusal(folder / "bad", with_header(json, data));
  };
  using Catch::Contains;

  CHECK_THAT(why(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}})"), Contains("do not fit its shape"));
  CHECK_THAT(why(R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})"), Contains("its tensors take 12 bytes"));
  CHECK_THAT(why(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})"), Contains("gap or overlaps"));
  CHECK_THAT(why(R"({"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)"
                 R"("y":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})"),
             Contains("gap or overlaps"));
  CHECK_THAT(why(R"({"x":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}})"), Contains("unknown dtype 'F8'"));
  CHECK_THAT(why(R"({"x":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}})"), Contains("not a natural number"));
  CHECK_THAT(why(R"({"x":{"dtype":"F64","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}})"),
             Contains("beyond all bounds"));
  CHECK_THAT(why(R"({"x":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},)"
                 R"("x":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}})"),
             Contains("twice"));
  CHECK_THAT(why(R"({"x":[[[[[[[[]]]]]]]]})"), Contains("nested too deeply"));
  CHECK_THAT(why("{\"x\":" + std::string(1'000'000, '[')), Contains("nested too deeply"));
  CHECK_THAT(why("[]"), Contains("not a JSON object"));
  CHECK_THAT(why(R"({"__metadata__":{"a":1}})", ""), Contains("is not a text"));
  CHECK_THAT(refusal(folder / "bad", std::string(8, '\xFF')), Contains("more than 64 MiB"));
}

TEST_CASE("safetensors: a header of many tensors takes time in proportion, and keeps their order") {
  const TemporaryFolder folder;
  const auto pass = [&](int count) {
    NamedTensors many;
    for (int i = 0; i < count; ++i) many.emplace_back("t" + std::to_string(i * 7919LL % count), at::empty({0}));
    write_safetensors(folder / "a", many, {});
    const TensorFile read = read_safetensors(folder / "a");
    REQUIRE(read.tensors.size() == many.size());
    CHECK(read.tensors[1].first == many[1].first);
    CHECK(read.tensors[many.size() - 1].first == many.back().first);
  };

  CHECK(testing::cpu_growth(pass, 40'000, 5) < 12);  // 25 where it is quadratic
}

TEST_CASE("safetensors: a wrong tensor name suggests the nearest one") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {{"conv1.weight", at::zeros({1})}, {"fc.bias", at::zeros({1})}}, {});
  const TensorFile file = read_safetensors(folder / "a");

  CHECK_THROWS_WITH(file.at("conv1.wieght"), Catch::Contains("Did you mean 'conv1.weight'?"));
}

TEST_CASE("safetensors: an artifact is named by its bytes and refused when they change") {
  const TemporaryFolder folder;

  const WrittenArtifact written = write_artifact(folder.path(), {{"x", at::arange(10, at::kFloat)}}, {});
  const std::filesystem::path file = folder / (written.id.hex + ".safetensors");

  CHECK(static_cast<std::int64_t>(std::filesystem::file_size(file)) == written.bytes);
  CHECK(written.id.hex == to_hex(sha256(bytes_in(file))));
  CHECK(read_artifact(folder.path(), written.id).at("x").size(0) == 10);
  std::string bytes = bytes_in(file);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  put_bytes(file, bytes);
  CHECK_THROWS_AS(read_artifact(folder.path(), written.id), DamagedArtifact);
  CHECK_THROWS_AS(read_artifact(folder.path(), ArtifactId{std::string(64, '0')}), DamagedArtifact);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  try {
    read_artifact(folder.path(), written.id);
    FAIL("a folder was read");
  } catch (const DamagedArtifact& damage) {
    CHECK(damage.id() == written.id);
    CHECK_FALSE(damage.is_whole());
  }
}

TEST_CASE("safetensors: an artifact that the machine cannot read now is not damaged, nor its task's fault") {
  const TemporaryFolder folder;
  const auto written = write_artifact(folder.path(), {{"x", at::zeros({10})}}, {});
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);

  bool is_environment = false;
  try {
    read_artifact(folder.path(), written.id);
  } catch (const EnvironmentError&) {
    is_environment = true;
  }
  setrlimit(RLIMIT_NOFILE, &before);

  CHECK(is_environment);
}

TEST_CASE("safetensors: names twice and names not in UTF-8 are refused on writing") {
  const TemporaryFolder folder;

  CHECK_THROWS_AS(write_safetensors(folder / "a", {{"x", at::zeros({1})}, {"x", at::zeros({1})}}, {}), UsageError);
  CHECK_THROWS_AS(write_safetensors(folder / "a", {{"\xFF", at::zeros({1})}}, {}), UsageError);
  CHECK_THROWS_AS(write_safetensors(folder / "missing" / "a", {}, {}), EnvironmentError);
  CHECK(std::filesystem::is_empty(folder.path()));
}

}  // namespace espalier::data
