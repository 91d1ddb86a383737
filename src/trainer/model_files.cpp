// Makes descriptions of named networks with their usual inputs, or reads them from checkpoints.
#include "trainer/model_files.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::trainer {
namespace {

struct Usual {
  network::Shape input;
  std::int32_t classes;
};

Usual usual_of(const std::string& name) {
  if (name == "caffenet") return {{3, 227, 227}, 1000};
  if (name == "cifar7") return {{3, 32, 32}, 10};
  if (name == "mnist4") return {{1, 28, 28}, 10};
  return {{3, 224, 224}, 1000};
}

}  // namespace

bool is_network_name(const std::string& name) {
  const auto names = network::names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

model::Description named_description(const NetworkChoice& choice) {
  const auto network = network::named(choice.name, {.width = choice.width});
  if (!network) {
    std::string known;
    for (const auto& name : network::names()) known += (known.empty() ? "" : ", ") + name;
    throw UsageError("unknown network '" + choice.name + "'", "no such name", "Use one of: " + known + ".");
  }
  const Usual usual = usual_of(choice.name);
  return {*network, choice.input.empty() ? usual.input : model::parse_shape(choice.input),
          choice.classes > 0 ? choice.classes : usual.classes};
}

model::Description file_description(const data::TensorFile& file, const NetworkChoice& choice) {
  if (const auto own = model::description_of(file)) {
    if (choice.name.empty() || named_description(choice).network == own->network) return *own;
    throw UsageError("'" + file.file.string() + "' holds another network than '" + choice.name + "'",
                     "the file describes its own units", "Leave --network out.");
  }
  if (choice.name.empty()) {
    throw UsageError("the file does not say which network it holds", "it has no description of units",
                     "Add --network NAME.");
  }
  NetworkChoice complete = choice;
  if (complete.classes == 0 && !file.tensors.empty()) {
    const at::Tensor& last = file.tensors.back().second;
    if (last.dim() > 0) complete.classes = static_cast<std::int32_t>(last.size(0));
  }
  return named_description(complete);
}

std::string read_text(const std::filesystem::path& file) {
  return std::string(os::MappedFile(file, os::NamedBy::user).text());
}

}  // namespace espalier::trainer
