// Tries each naming below each prefix that a file's names suggest, and takes the one that is complete.
#include "naming_schemes.hpp"

#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"

namespace espalier::model {
namespace {

constexpr std::size_t kNamed = 4;  ///< missing tensors named in a message

struct Trial {
  const NamingScheme* scheme = nullptr;
  std::string prefix;
  std::vector<std::string> missing;
  std::size_t there() const { return scheme ? scheme->names.size() - missing.size() : 0; }
};

bool one_to_one(const NameMap& names) {
  std::set<std::string> theirs;
  for (const auto& [ours, their] : names) theirs.insert(their);
  return theirs.size() == names.size();
}

/// What stands before one of the scheme's names in names of the file; "" among them.
std::set<std::string> prefixes_in(const std::set<std::string>& present, const NamingScheme& scheme) {
  std::set<std::string> names, prefixes{""};
  for (const auto& [ours, theirs] : scheme.names) names.insert(theirs);
  for (const auto& name : present) {
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      if (names.contains(name.substr(dot + 1))) prefixes.insert(name.substr(0, dot + 1));
    }
  }
  return prefixes;
}

Trial try_names(const std::set<std::string>& present, const NamingScheme& scheme, const std::string& prefix) {
  Trial trial{&scheme, prefix, {}};
  for (const auto& [ours, theirs] : scheme.names) {
    if (!present.contains(prefix + theirs)) trial.missing.push_back(prefix + theirs);
  }
  return trial;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, names.size()); ++i) text += (i > 0 ? ", '" : "'") + names[i] + "'";
  return names.size() > kNamed ? text + " and " + std::to_string(names.size() - kNamed) + " more" : text;
}

[[noreturn]] void refuse(const data::TensorFile& file, const Trial& best, const std::vector<NamingScheme>& schemes) {
  const std::string names = "Name them with --names, a line 'ours<TAB>theirs' a tensor.";
  if (file.tensors.empty()) throw UsageError("'" + file.file.string() + "' holds no tensors", "", "Name another file.");
  if (best.there() > 0) {
    const std::string below = best.prefix.empty() ? "" : " below '" + best.prefix + "'";
    throw UsageError("'" + file.file.string() + "' lacks " + std::to_string(best.missing.size()) +
                         " of the network's " + std::to_string(best.scheme->names.size()) + " tensors",
                     "by " + best.scheme->whose + " names" + below + ", there is no " + listed(best.missing),
                     "All of a network is imported, its classifier too: take the whole checkpoint. " + names);
  }
  std::string tried;
  for (const auto& scheme : schemes) tried += (tried.empty() ? "'" : ", nor '") + scheme.names.begin()->second + "'";
  throw UsageError("the file's tensors are not named like this network's",
                   "its own are like '" + file.tensors.front().first + "', not " + tried, names);
}

/// Equal names by two schemes are one network; below two prefixes it is there twice (MoCo's encoder_q and encoder_k).
void refuse_double(const data::TensorFile& file, const Trial& one, const Trial& other) {
  if (one.prefix == other.prefix) return;
  throw UsageError("'" + file.file.string() + "' holds this network twice",
                   "below '" + one.prefix + "' and below '" + other.prefix + "'",
                   "Name the tensors of one with --names, a line 'ours<TAB>theirs' a tensor.");
}

}  // namespace

FoundNames find_names(const data::TensorFile& file, const std::vector<NamingScheme>& schemes) {
  std::set<std::string> present;
  for (const auto& [name, tensor] : file.tensors) present.insert(name);
  Trial best;
  for (const auto& scheme : schemes) {
    if (!one_to_one(scheme.names)) continue;
    for (const auto& prefix : prefixes_in(present, scheme)) {
      Trial trial = try_names(present, scheme, prefix);
      if (trial.missing.empty() && best.scheme && best.missing.empty()) refuse_double(file, best, trial);
      if (!best.scheme || trial.there() > best.there()) best = std::move(trial);
    }
  }
  if (!best.scheme || !best.missing.empty()) refuse(file, best, schemes);
  FoundNames found{best.scheme->names, best.prefix};
  for (auto& [ours, theirs] : found.names) theirs = best.prefix + theirs;
  return found;
}

}  // namespace espalier::model
