// Parses and checks the JSON header of a safetensors file.
#include "espalier/safetensors/header.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "espalier/safetensors/json_watch.hpp"

namespace espalier::safetensors {
namespace {

using Json = nlohmann::json;  // finds a name in logarithmic time, which an ordered object does not

constexpr int kMaxDepth = 4;                   // {name: {"shape": [..]}}
constexpr std::size_t kMaxValues = 8'000'000;  // limits what a hostile header makes us allocate
constexpr std::size_t kMaxDimensions = 16;

struct Dtype {
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<Dtype, 10> kDtypes{{{"F32", 4},
                                         {"F64", 8},
                                         {"F16", 2},
                                         {"BF16", 2},
                                         {"I64", 8},
                                         {"I32", 4},
                                         {"I16", 2},
                                         {"I8", 1},
                                         {"U8", 1},
                                         {"BOOL", 1}}};

/// Refuses a header that nests too deeply, holds too much, or has equal keys, of which nlohmann would silently keep
/// one.
class HeaderWatch : public JsonWatch {
 public:
  /// The place of each tensor's name in the header.
  std::map<std::string, std::size_t> places;

 private:
  void on_key(const std::string& key, int depth) override {
    if (depth == 1 && !places.emplace(key, places.size()).second) throw Refused("its header names '" + key + "' twice");
  }
  void on_value(int depth) override {
    if (depth > kMaxDepth) throw Refused("its header is nested too deeply");
    if (++values_ > kMaxValues) throw Refused("its header has too many values");
  }

  std::size_t values_ = 0;
};

std::uint64_t unsigned_of(const Json& json, const std::string& name) {
  if (!json.is_number_unsigned()) throw Refused("'" + name + "' has a size or offset that is not a natural number");
  return json.get<std::uint64_t>();
}

const Json& member(const Json& json, const char* key, const std::string& name) {
  if (!json.is_object() || !json.contains(key)) throw Refused("'" + name + "' has no " + key);
  return json.at(key);
}

std::string dtype_of(const Json& json, const std::string& name) {
  const Json& dtype = member(json, "dtype", name);
  if (!dtype.is_string()) throw Refused("the dtype of '" + name + "' is not a text");
  auto text = dtype.get<std::string>();
  if (dtype_bytes(text) == 0) throw Refused("'" + name + "' has the unknown dtype '" + text + "'");
  return text;
}

std::vector<std::int64_t> shape_of(const Json& json, const std::string& name) {
  const Json& sizes = member(json, "shape", name);
  if (!sizes.is_array() || sizes.size() > kMaxDimensions) throw Refused("'" + name + "' has a malformed shape");
  std::vector<std::int64_t> shape;
  for (const Json& size : sizes) {
    const std::uint64_t value = unsigned_of(size, name);
    if (value > INT64_MAX) throw Refused("'" + name + "' has a size beyond all bounds");
    shape.push_back(static_cast<std::int64_t>(value));
  }
  return shape;
}

/// Bytes of a tensor. The product of its sizes other than 0 must fit too, because strides are computed from it.
std::uint64_t byte_count(const HeaderEntry& entry) {
  std::int64_t bytes = static_cast<std::int64_t>(dtype_bytes(entry.dtype));
  bool is_empty = false;
  for (const std::int64_t size : entry.shape) {
    is_empty = is_empty || size == 0;
    if (size != 0 && __builtin_mul_overflow(bytes, size, &bytes)) {
      throw Refused("'" + entry.name + "' has a shape beyond all bounds");
    }
  }
  return is_empty ? 0 : static_cast<std::uint64_t>(bytes);
}

HeaderEntry entry_of(const std::string& name, const Json& json) {
  HeaderEntry entry;
  entry.name = name;
  entry.dtype = dtype_of(json, name);
  entry.shape = shape_of(json, name);
  const Json& offsets = member(json, "data_offsets", name);
  if (!offsets.is_array() || offsets.size() != 2) throw Refused("'" + name + "' has malformed data_offsets");
  entry.begin = unsigned_of(offsets[0], name);
  entry.end = unsigned_of(offsets[1], name);
  if (entry.end < entry.begin || entry.end - entry.begin != byte_count(entry)) {
    throw Refused("the offsets of '" + name + "' do not fit its shape");
  }
  return entry;
}

std::map<std::string, std::string> metadata_of(const Json& json) {
  std::map<std::string, std::string> metadata;
  if (!json.is_object()) throw Refused("its __metadata__ is not an object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) throw Refused("its __metadata__ '" + key + "' is not a text");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

/// As in the format's own library: tensors cover the data exactly, without gap or overlap.
void order_and_check(std::vector<HeaderEntry>& entries, std::uint64_t data_bytes) {
  std::stable_sort(entries.begin(), entries.end(), [](const HeaderEntry& a, const HeaderEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const HeaderEntry& entry : entries) {
    if (entry.begin != at) throw Refused("'" + entry.name + "' leaves a gap or overlaps its neighbour");
    at = entry.end;
  }
  if (at != data_bytes) {
    throw Refused((at > data_bytes ? "it is cut: " : "") + std::string("its tensors take ") + std::to_string(at) +
                  " bytes, the file has " + std::to_string(data_bytes));
  }
}

Header parse(std::string_view text, std::uint64_t data_bytes) {
  HeaderWatch watch;
  watch.pass_over(text);
  const Json json = Json::parse(text);
  if (!json.is_object()) throw Refused("its header is not a JSON object");
  Header header;
  std::vector<const std::string*> names(watch.places.size());
  for (const auto& [name, place] : watch.places) names[place] = &name;
  for (const std::string* name : names) {
    const Json& value = json.at(*name);
    if (*name == "__metadata__") header.metadata = metadata_of(value);
    else header.entries.push_back(entry_of(*name, value));
  }
  order_and_check(header.entries, data_bytes);
  return header;
}

}  // namespace

Header parse_header(std::string_view json, std::uint64_t data_bytes) {
  try {
    return parse(json, data_bytes);
  } catch (const Json::exception& error) {
    throw Refused(std::string("its header is not JSON: ") + error.what());
  }
}

Parts parts_of(std::string_view file) {
  constexpr std::size_t kLengthBytes = 8;  // of the header, little-endian, before it
  if (file.size() < kLengthBytes) throw Refused("it has fewer bytes than a header's length");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
  if (length > file.size() - kLengthBytes) throw Refused("it ends within its header");
  const auto data = file.substr(kLengthBytes + length);
  return {parse_header(file.substr(kLengthBytes, length), data.size()), data};
}

std::size_t dtype_bytes(std::string_view dtype) {
  const auto* found = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const Dtype& one) { return one.name == dtype; });
  return found == kDtypes.end() ? 0 : found->bytes;
}

}  // namespace espalier::safetensors
