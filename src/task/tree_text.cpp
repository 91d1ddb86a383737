// Reads class trees and the names of their nodes from tab-separated text, and makes trees of a data set's levels.
#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "espalier/core/errors.hpp"
#include "espalier/task/class_tree.hpp"

namespace espalier::task {
namespace {

struct Line {
  std::size_t number;
  std::vector<std::string> cells;
};

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (std::size_t from = 0;;) {
    const auto tab = line.find('\t', from);
    cells.emplace_back(line.substr(from, tab == std::string_view::npos ? tab : tab - from));
    if (tab == std::string_view::npos) return cells;
    from = tab + 1;
  }
}

[[noreturn]] void refuse(const std::string& file, std::size_t line, const std::string& problem, const std::string& why,
                         const std::string& suggestion) {
  throw UsageError(file + ":" + std::to_string(line) + ": " + problem, why, suggestion);
}

/// Lines that are not empty, each with two cells at least that are not empty.
std::vector<Line> lines_of(const std::string& text, const std::string& file, const std::string& columns) {
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    ++number;
    const auto end = std::min(text.find('\n', from), text.size());
    std::string_view line(text.data() + from, end - from);
    from = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    lines.push_back({number, cells_of(line)});
    const auto& cells = lines.back().cells;
    if (cells.size() < 2 || cells[0].empty() || cells[1].empty())
      refuse(file, number, "this line has no " + columns, "they stand in two columns with a tab between them",
             "Write both, separated by a tab.");
  }
  return lines;
}

bool counts(const Line& line, const std::string& file) {
  if (line.cells.size() < 3 || line.cells[2] == "1") return true;
  if (line.cells[2] != "0")
    refuse(file, line.number, "the third column is '" + line.cells[2] + "'",
           "it is 1 for the parent that counts, and 0 for others", "Write 1 or 0, or leave it out.");
  return false;
}

}  // namespace

TreeListing read_tree(const std::string& text, const std::string& file) {
  TreeListing tree;
  std::unordered_map<std::string, std::int32_t> nodes;
  const auto node_of = [&](const std::string& key) {
    const auto [entry, is_new] = nodes.emplace(key, static_cast<std::int32_t>(tree.keys.size()));
    if (is_new) tree.keys.push_back(key);
    return entry->second;
  };
  std::set<std::pair<std::int32_t, std::int32_t>> seen;
  for (const auto& line : lines_of(text, file, "child and parent")) {
    const auto child = node_of(line.cells[0]), parent = node_of(line.cells[1]);
    if (!seen.emplace(child, parent).second)
      refuse(file, line.number, "'" + line.cells[0] + "' stands below '" + line.cells[1] + "' a second time",
             "an earlier line says so", "Remove one of them.");
    tree.edges.push_back({child, parent, counts(line, file)});
  }
  if (tree.edges.empty())
    throw UsageError(file + " has no line", "a class tree has a child and its parent in each", "Name a tree file.");
  return tree;
}

void add_names(TreeListing& tree, const std::string& text, const std::string& file) {
  std::unordered_map<std::string, std::size_t> nodes;
  for (std::size_t i = 0; i < tree.keys.size(); ++i) nodes.emplace(tree.keys[i], i);
  std::vector<std::string> names(tree.keys.size());
  bool found = false;
  for (const auto& line : lines_of(text, file, "node and name")) {
    const auto node = nodes.find(line.cells[0]);
    if (node == nodes.end()) continue;
    found = true;
    if (!names[node->second].empty())
      refuse(file, line.number, "'" + line.cells[0] + "' is named a second time", "a node has one name",
             "Remove one of them.");
    names[node->second] = line.cells[1];
  }
  if (!found)
    throw UsageError(file + " names no node of the tree", "its first column has none of the tree's nodes",
                     "Write a node, a tab and its name into each line.");
  tree.names = std::move(names);
}

TreeListing tree_of_level(const std::vector<std::string>& class_names, const std::string& level,
                          const LabelLevel& coarser) {
  TreeListing tree;
  tree.keys = {"all"};
  tree.places = {-1};
  const auto add = [&tree](const std::string& key, std::int32_t parent, std::int32_t place) {
    const auto node = static_cast<std::int32_t>(tree.keys.size());
    tree.keys.push_back(key);
    tree.places.push_back(place);
    tree.edges.push_back({node, parent, true});
    return node;
  };
  std::vector<std::int32_t> nodes(coarser.names.size(), -1);
  for (const auto place : std::set<std::int32_t>(coarser.of.begin(), coarser.of.end())) {
    if (place < 0) continue;
    const auto index = static_cast<std::size_t>(place);
    nodes.at(index) = add(level + " " + coarser.names.at(index), 0, place);
  }
  for (std::size_t i = 0; i < std::min(class_names.size(), coarser.of.size()); ++i) {
    if (coarser.of[i] >= 0) add(class_names[i], nodes[static_cast<std::size_t>(coarser.of[i])], -1);
  }
  return tree;
}

}  // namespace espalier::task
