// espalier data tree TREE [NAME]: prints a class tree, its levels, and how many labels each cut would leave.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/json_text.hpp"
#include "cli/load_study.hpp"
#include "cli/text_table.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/utf8.hpp"
#include "espalier/plan/class_trees.hpp"
#include "espalier/session/tree_files.hpp"
#include "espalier/task/tree_cuts.hpp"

namespace espalier::cli {
namespace {

struct Options {
  session::StudyArguments study;  ///< its file may be a tree file
  std::string name, names;
  std::int32_t depth = 3;
  bool json = false;
};

struct Level {
  std::int32_t nodes = 0, leaves = 0, clamped = 0;
};

/// Nodes above no leaf that counts are in no level.
std::vector<Level> levels_of(const task::ClassTree& tree) {
  std::vector<Level> levels(static_cast<std::size_t>(tree.greatest_depth()) + 1);
  const auto below = tree.leaves_below();
  for (std::int32_t node = 0; node < tree.count(); ++node) {
    if (below[static_cast<std::size_t>(node)] > 0) ++levels[static_cast<std::size_t>(tree.depth(node))].nodes;
  }
  for (const auto leaf : tree.leaves()) ++levels[static_cast<std::size_t>(tree.depth(leaf))].leaves;
  for (std::size_t depth = 0; depth < levels.size(); ++depth)
    levels[depth].clamped = task::label_count(task::clamp(tree, tree.leaves(), static_cast<std::int32_t>(depth)));
  return levels;
}

/// By round, from 1, until a single label is left.
std::vector<std::int32_t> absorbed(const task::ClassTree& tree) {
  std::vector<std::int32_t> counts, labels = tree.leaves();
  while (counts.empty() || counts.back() > 1) {
    labels = task::absorb(tree, labels, 1);
    counts.push_back(task::label_count(labels));
  }
  return counts;
}

void print_below(const task::ClassTree& tree, const std::vector<std::vector<std::int32_t>>& children,
                 const std::vector<std::int32_t>& below, std::int32_t node, std::int32_t depth) {
  const auto at = static_cast<std::size_t>(node);
  if (below[at] == 0) return;
  const std::string count = children[at].empty() ? "" : fmt::format("  {}", below[at]);
  fmt::print("{:{}}{}{}\n", "", 2 * tree.depth(node), without_controls(tree.shown(node)), count);
  if (tree.depth(node) >= depth) return;
  for (const auto child : children[at]) print_below(tree, children, below, child, depth);
}

/// Children that count, in the order of the file.
std::vector<std::vector<std::int32_t>> children_of(const task::ClassTree& tree) {
  std::vector<std::vector<std::int32_t>> children(static_cast<std::size_t>(tree.count()));
  for (std::int32_t node = 0; node < tree.count(); ++node) {
    if (node != tree.root()) children[static_cast<std::size_t>(tree.parent(node))].push_back(node);
  }
  return children;
}

void print(const task::ClassTree& tree, std::int32_t depth) {
  fmt::print("{} nodes, {} leaves\n\n", tree.count(), tree.leaves().size());
  Table table({"depth", "nodes", "leaves", "labels if clamped here"});
  const auto levels = levels_of(tree);
  for (std::size_t i = 0; i < levels.size(); ++i)
    table.row({std::to_string(i), std::to_string(levels[i].nodes), std::to_string(levels[i].leaves),
               std::to_string(levels[i].clamped)});
  fmt::print("{}\n", table.text());
  Table rounds({"rounds", "labels if absorbed"});
  const auto counts = absorbed(tree);
  for (std::size_t i = 0; i < counts.size(); ++i) rounds.row({std::to_string(i + 1), std::to_string(counts[i])});
  fmt::print("{}\n", rounds.text());
  print_below(tree, children_of(tree), tree.leaves_below(), tree.root(), depth);
}

void print_json(const task::ClassTree& tree) {
  using nlohmann::json;
  const auto below = tree.leaves_below();
  json nodes = json::array(), levels = json::array();
  for (std::int32_t node = 0; node < tree.count(); ++node) {
    const bool is_root = node == tree.root();
    nodes.push_back({{"node", tree.key(node)},
                     {"shown", tree.shown(node)},
                     {"parent", is_root ? json() : json(tree.key(tree.parent(node)))},
                     {"depth", tree.depth(node)},
                     {"leaves", below[static_cast<std::size_t>(node)]}});
  }
  for (const auto& level : levels_of(tree))
    levels.push_back({{"nodes", level.nodes}, {"leaves", level.leaves}, {"clamped", level.clamped}});
  const json value = {
      {"leaves", tree.leaves().size()}, {"levels", levels}, {"absorbed", absorbed(tree)}, {"nodes", nodes}};
  fmt::print("{}\n", json_text(value, 2));
}

task::ClassTree find_tree(const Options& options) {
  if (options.name.empty())
    return task::ClassTree(session::read_tree_files("", options.study.file.string(), options.names));
  const auto input = load_study(options.study, session::WantImages::no);
  return plan::class_tree_of(input.study, input.facts, options.name);
}

}  // namespace

void add_data_tree(CLI::App& data, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = data.add_subcommand("tree", "print a class tree, its levels, and what each cut would leave");
  verb->prefix_command(false);
  verb->set_help_flag("-h,--help", "Print this help message and exit");
  verb->add_option("tree", options->study.file, "a tree file, or a study file with the name of one of its trees")
      ->required();
  verb->add_option("name", options->name, "the tree's name in the study");
  verb->add_option("--names", options->names, "file of nodes and their names, for a tree file");
  verb->add_option("--depth", options->depth, "print nodes down to this depth")->check(CLI::Range(0, 1'000'000));
  verb->add_option("--data-root", options->study.data_root,
                   "folder that data paths are relative to; default: the study's");
  verb->add_option("--set", options->study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb->add_flag("--json", options->json, "print one JSON object");
  verb->callback([options, &exit_code] {
    const auto tree = find_tree(*options);
    options->json ? print_json(tree) : print(tree, options->depth);
    exit_code = 0;
  });
}

}  // namespace espalier::cli
