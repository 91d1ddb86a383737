// Reads a Caffe network's table of layers (a graph of named blobs) as units with branches.
#include <charconv>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/model/exchange.hpp"
#include "espalier/network/layer_names.hpp"

namespace espalier::model {
namespace {

using network::LayerKind;
using network::LayerSpec;

struct Row {
  int line = 0;
  std::string name, type, bottoms, top, cout, kernel, stride, pad, pool;
};

[[noreturn]] void fail(const Row& row, const std::string& problem, const std::string& why) {
  throw UsageError("line " + std::to_string(row.line) + ", layer '" + row.name + "': " + problem, why,
                   "Correct the table.");
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) parts.emplace_back();
    else if (c != '\r') parts.back() += c;
  }
  return parts;
}

std::vector<Row> rows_of(const std::string& text) {
  std::vector<Row> rows;
  std::istringstream in(text);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (number == 1 || line.empty()) continue;
    const auto cells = split(line, '\t');
    if (cells.size() != 10) {
      throw UsageError("line " + std::to_string(number) + " has " + std::to_string(cells.size()) + " cells",
                       "10 are wanted",
                       "Separate them by tabulators: name, type, bottoms, top, cin, cout, kernel, stride, pad, pool.");
    }
    rows.push_back({number, cells[0], cells[1], cells[2], cells[3], cells[5], cells[6], cells[7], cells[8], cells[9]});
  }
  if (rows.empty())
    throw UsageError("the table has no layers", "its first line is the header", "Give a table of layers.");
  return rows;
}

std::int32_t integer(const Row& row, const std::string& cell, const char* column) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size())
    fail(row, "its " + std::string(column) + " is '" + cell + "'", "a whole number is wanted");
  return value;
}

void read_window(const Row& row, LayerSpec& layer) {
  layer.kernel_h = layer.kernel_w = integer(row, row.kernel, "kernel");
  layer.stride = integer(row, row.stride, "stride");
  layer.padding = integer(row, row.pad, "pad");
}

LayerSpec convolution(const Row& row) {
  LayerSpec layer;
  layer.kind = LayerKind::convolution;
  layer.name = row.name.substr(row.name.find('/') + 1);
  layer.outputs = integer(row, row.cout, "cout");
  layer.init = network::Init::he_normal_fan_in;
  read_window(row, layer);
  return layer;
}

/// A pooling row without a kernel pools over the whole image.
LayerSpec pooling(const Row& row) {
  LayerSpec layer;
  if (row.kernel.empty()) {
    if (row.pool != "AVE") fail(row, "it pools the whole image by '" + row.pool + "'", "only AVE is supported there");
    layer.kind = LayerKind::adaptive_average_pool;
    layer.kernel_h = layer.kernel_w = 1;
    return layer;
  }
  if (row.pool != "MAX" && row.pool != "AVE") fail(row, "it pools by '" + row.pool + "'", "MAX and AVE are known");
  layer.kind = row.pool == "MAX" ? LayerKind::max_pool : LayerKind::average_pool;
  layer.ceil_mode = true;
  read_window(row, layer);
  return layer;
}

LayerSpec layer_of(const Row& row) {
  LayerSpec layer;
  if (row.type == "Convolution") return convolution(row);
  if (row.type == "Pooling") return pooling(row);
  if (row.type == "ReLU") return layer;
  if (row.type != "Dropout")
    fail(row, "its type is '" + row.type + "'", "Convolution, ReLU, Pooling, Concat and Dropout are known");
  layer.kind = LayerKind::dropout;
  layer.probability = 0.5;  // Caffe's default; the table has no column for it
  return layer;
}

/// A layer on the path from the input to a blob; a concatenation holds the paths of its branches.
struct Step {
  const Row* row = nullptr;
  std::vector<std::vector<Step>> branches;
};
using Way = std::vector<Step>;

std::size_t common_start(const std::vector<Way>& ways) {
  std::size_t length = 0;
  for (;; ++length) {
    for (const auto& way : ways) {
      if (length >= way.size() || way[length].row != ways[0][length].row) return length;
    }
  }
}

/// The path to a blob is the path to its bottoms plus the layer. Where paths meet, their common part is the trunk and
/// the rest are branches.
Step concatenation(const Row& row, std::vector<Way> ways, Way& trunk) {
  const std::size_t shared = common_start(ways);
  trunk.assign(ways[0].begin(), ways[0].begin() + static_cast<std::ptrdiff_t>(shared));
  Step step{&row, {}};
  for (const auto& way : ways) step.branches.emplace_back(way.begin() + static_cast<std::ptrdiff_t>(shared), way.end());
  return step;
}

Way way_to_end(const std::vector<Row>& rows) {
  std::map<std::string, Way> ways;
  ways[rows.front().bottoms] = {};
  for (const auto& row : rows) {
    std::vector<Way> from;
    for (const auto& bottom : split(row.bottoms, ',')) {
      if (!ways.contains(bottom)) fail(row, "it reads blob '" + bottom + "'", "no layer before it writes that");
      from.push_back(ways[bottom]);
    }
    Way way = from[0];
    if (row.type == "Concat") {
      const Step step = concatenation(row, from, way);
      way.push_back(step);
    } else {
      if (from.size() != 1) fail(row, "it has several bottoms", "only Concat joins blobs");
      way.push_back({&row, {}});
    }
    ways[row.top] = std::move(way);
  }
  return ways[rows.back().top];
}

/// Turns the path into units and records the names of their tensors.
class Units {
 public:
  explicit Units(CaffeTable& table) : table_(table) {}

  void add(const Way& way) {
    for (const auto& step : way) {
      open_unit(*step.row);
      auto& unit = table_.network.units.back();
      unit.layers.push_back(layer(step, ""));
    }
  }

 private:
  void open_unit(const Row& row) {
    auto& units = table_.network.units;
    const auto slash = row.name.find('/');
    const bool opens = slash != std::string::npos || row.type == "Convolution";
    if (!opens && units.empty()) fail(row, "the first layer opens no unit", "convolutions and names with '/' do");
    const std::string name = opens ? row.name.substr(0, slash) : units.back().name;
    if (units.empty() || units.back().name != name) units.push_back({name, {}});
  }

  LayerSpec layer(const Step& step, const std::string& prefix) {
    if (step.row->type == "Concat") return concatenate(step, prefix);
    const LayerSpec spec = layer_of(*step.row);
    if (network::has_parameters(spec.kind)) note(*step.row, prefix + spec.name);
    return spec;
  }

  LayerSpec concatenate(const Step& step, const std::string& prefix) {
    LayerSpec spec;
    spec.kind = LayerKind::concatenate;
    spec.name = step.row->name.substr(step.row->name.find('/') + 1);
    for (std::size_t i = 0; i < step.branches.size(); ++i) {
      auto& branch = spec.branches.emplace_back();
      const std::string inner = prefix + spec.name + "." + std::to_string(i) + ".";
      for (const auto& each : step.branches[i]) branch.push_back(layer(each, inner));
    }
    return spec;
  }

  void note(const Row& row, const std::string& layer_name) {
    std::string theirs = row.name;
    for (char& c : theirs) c = c == '/' ? '.' : c;
    for (const char* suffix : {".weight", ".bias"}) {
      table_.names[table_.network.units.back().name + "." + layer_name + suffix] = theirs + suffix;
    }
  }

  CaffeTable& table_;
};

/// Sets the outputs of the last layer with parameters to "the number of classes".
void leave_outputs_to_classes(network::NetworkSpec& network) {
  auto& layers = network.units.back().layers;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    if (!network::has_parameters(layer->kind)) continue;
    layer->outputs = 0;
    return;
  }
}

}  // namespace

CaffeTable parse_caffe_table(const std::string& text) {
  const auto rows = rows_of(text);
  CaffeTable table;
  Units(table).add(way_to_end(rows));
  leave_outputs_to_classes(table.network);
  return table;
}

}  // namespace espalier::model
