#include "model/tensor_names.hpp"

#include <set>

#include "support/catch_after_torch.hpp"

using namespace espalier;

TEST_CASE("tensor names: those of every named network, in the order in which its shapes are inferred") {
  for (const auto& name : network::names()) {
    const auto network = *network::named(name);
    const std::int32_t size = name == "cifar7" || name == "mnist4" ? 32 : 224;
    const auto units = network::infer(network, {3, size, size}, 10);
    std::vector<std::string> wanted, found;
    for (std::size_t u = 0; u < units.size(); ++u) {
      for (const auto& parameter : units[u].parameters) wanted.push_back(network.units[u].name + "/" + parameter.name);
    }
    for (const auto& one : model::tensor_names(network)) found.push_back(one.unit + "/" + one.tensor);
    INFO(name);
    CHECK(found == wanted);
    CHECK(std::set<std::string>(found.begin(), found.end()).size() == found.size());
  }
}
