// Which network a file holds: by its description, by our names, by Caffe's and by torchvision's behind a prefix.
#include "trainer/model_look.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "espalier/data/safetensors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/model/unit_network.hpp"
#include "espalier/network/networks.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;

namespace {

using Json = nlohmann::json;
using Rename = std::string (*)(const std::string&);

std::string same(const std::string& name) { return name; }
/// "conv1.conv.weight" -> "module.conv1.weight".
std::string caffe(const std::string& name) {
  return "module." + name.substr(0, name.find('.')) + name.substr(name.rfind('.'));
}

/// A file in the system's temporary folder, gone with its owner.
struct File {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("espalier-look-" + std::to_string(getpid()) + ".safetensors");
  ~File() { std::filesystem::remove(path); }
};

Json look(const File& file) { return Json::parse(trainer::look_at_model(file.path.string())); }

data::NamedTensors tensors_of(const model::Description& description, Rename rename) {
  data::NamedTensors tensors;
  const auto costs = network::infer(description.network, description.input, description.classes);
  for (std::size_t i = 0; i < costs.size(); ++i) {
    for (const auto& parameter : costs[i].parameters) {
      tensors.emplace_back(rename(description.network.units[i].name + "." + parameter.name),
                           at::zeros(parameter.shape));
    }
  }
  return tensors;
}

model::Description small(const std::string& name, double width = 1) {
  return {*network::named(name, {.width = width}),
          name == "mnist4" ? network::Shape{1, 28, 28} : network::Shape{3, 32, 32}, 6};
}

}  // namespace

TEST_CASE("model look: a file that describes itself is what it says, with its width") {
  const File file;
  const auto description = small("cifar7", 0.5);
  data::write_safetensors(file.path, tensors_of(description, same), model::describe(description));

  const auto seen = look(file);

  CHECK(seen.at("name") == "cifar7");
  CHECK(seen.at("width") == 0.5);
  CHECK(seen.at("has_our_names") == true);
  CHECK(seen.at("input") == Json{3, 32, 32});
  CHECK(seen.at("classes") == 6);
  REQUIRE(seen.at("units").size() == 7);
  CHECK(seen.at("units")[0] == Json{{"name", "conv1"}, {"linear", false}});
  CHECK(seen.at("units")[6] == Json{{"name", "fc7"}, {"linear", true}});
}

TEST_CASE("model look: a network of its own is told by its units") {
  const File file;
  auto description = small("mnist4");
  description.network.units.erase(description.network.units.begin() + 1);
  data::write_safetensors(file.path, tensors_of(description, same), model::describe(description));

  const auto seen = look(file);

  CHECK(seen.at("name") == "");
  CHECK_THAT(seen.at("table").get<std::string>(), Catch::StartsWith("[network]\nname = \"source\"\nunits = ["));
}

TEST_CASE("model look: names and shapes of the tensors tell a network and its number of classes") {
  const File file;
  data::write_safetensors(file.path, tensors_of(small("mnist4"), same), {});
  auto seen = look(file);
  CHECK(seen.at("name") == "mnist4");
  CHECK(seen.at("classes") == 6);
  CHECK(seen.at("has_our_names") == true);

  data::write_safetensors(file.path, tensors_of(small("mnist4"), caffe), {});
  seen = look(file);
  CHECK(seen.at("name") == "mnist4");
  CHECK(seen.at("has_our_names") == false);
}

TEST_CASE("model look: other tensors are no network, and what is no safetensors file is told as such") {
  const File file;
  data::write_safetensors(file.path, {{"a", at::zeros({2})}}, {});
  CHECK_THAT(look(file).at("error").at("problem").get<std::string>(), Catch::Contains("holds no network"));

  std::filesystem::remove(file.path);
  CHECK(look(file).contains("error"));
}
