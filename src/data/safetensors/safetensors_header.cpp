// Formats the JSON header of a safetensors file.
#include "data/safetensors/safetensors_header.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/safetensors/header.hpp"

namespace espalier::data {

using Json = nlohmann::json;

static_assert(kMaxHeaderBytes == safetensors::kMaxHeaderBytes, "what is written can be read");

std::string format_header(const NamedTensors& tensors, const Metadata& metadata) {
  nlohmann::ordered_json entry;  // its keys stand in the order in which they are set
  std::set<std::string> taken = {"__metadata__"};
  std::string text;
  const auto add = [&](const std::string& name, const auto& value) {
    text += (text.empty() ? "{" : ",") + Json(name).dump() + ":" + value.dump();
  };
  try {
    if (!metadata.empty()) add("__metadata__", Json(metadata));
    std::uint64_t at = 0;
    for (const auto& [name, tensor] : tensors) {
      if (!taken.insert(name).second) {
        throw UsageError("cannot write a tensor named '" + name + "'", "the name is taken",
                         "Give every tensor its own name.");
      }
      entry = {{"dtype", dtype_name(tensor.scalar_type())},
               {"shape", tensor.sizes().vec()},
               {"data_offsets", {at, at + tensor.nbytes()}}};
      add(name, entry);
      at += tensor.nbytes();
    }
  } catch (const Json::exception& error) {
    throw UsageError("cannot write a tensor file", std::string("a name is not UTF-8: ") + error.what(), "Rename it.");
  }
  text += text.empty() ? "{}" : "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > kMaxHeaderBytes) {
    throw UsageError("cannot write a tensor file", "its header is above 64 MiB", "Use fewer tensors or shorter names.");
  }
  std::string size(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) size[i] = static_cast<char>(text.size() >> (8 * i) & 0xFF);
  return size + text;
}

}  // namespace espalier::data
