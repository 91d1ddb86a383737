#pragma once
// Parses and checks the text of a study; lists the language's keys and axes.
#include <string>
#include <utility>
#include <vector>

#include "espalier/study/diagnostic.hpp"
#include "espalier/study/study.hpp"

namespace espalier::study {

struct ParseResult {
  Study study;  ///< complete only if there are no errors
  std::vector<Diagnostic> diagnostics;
};

/// Parses a study and checks its form; reports all errors of the text at once. Pure: reads no file. `overrides` are
/// "KEY=VALUE" of --set, applied before checking ("train.batch=32", "split.count=2").
ParseResult parse(const std::string& text, const std::vector<std::string>& overrides = {});

/// One key of the language with its default, as docs/study.md lists it; used for suggestions and by tests.
struct KeyDoc {
  std::string table, key, type, fallback, meaning;
};
const std::vector<KeyDoc>& keys();

/// All axis names an experiment may use.
const std::vector<std::string>& axis_names();

/// What ids, labels and tables call an axis: "train.fit" for "train.train_eval", which was called so first; most are
/// called as they are written.
std::string stored_axis_name(const std::string& axis);

/// The word of `known` nearest to `word` by edit distance, or "" if none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

}  // namespace espalier::study
