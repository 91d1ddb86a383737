#pragma once
// A drafted study as the text of a study file, with a comment at every line that a user may want to change.
#include <string>

#include "cli/init/draft.hpp"

namespace espalier::cli {

/// What is said of the cost in the head of the file; empty while it is being estimated.
struct DraftCost {
  double seconds = 0;
  std::int32_t workers = 0;
};

std::string study_text(const Draft& draft, const DraftCost& cost = {});

/// What was seen in a folder, a line each: images and classes, sizes, greys, classes that are too small.
std::vector<std::string> look_lines(const DraftData& data);

/// The distance from the source: measured, measured later, or unknown and why. Empty where there is no source.
std::string distance_line(const Draft& draft);

/// A TOML string with its quotes.
std::string toml_string(const std::string& text);

}  // namespace espalier::cli
