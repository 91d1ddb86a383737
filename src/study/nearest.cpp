// Finds the known word nearest to a misspelt one, by edit distance.
#include <algorithm>
#include <numeric>

#include "espalier/study/parse.hpp"

namespace espalier::study {
namespace {

/// Levenshtein's distance with one row of memory.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestWord = 60;  // longer words are no typos, and the distance takes quadratic time
  if (word.empty() || word.size() > kLongestWord) return "";
  std::string best;
  // Half of a short word may be wrong: "freeze" is near "frozen".
  std::size_t least = std::max({std::size_t{2}, word.size() / 3, std::min<std::size_t>(3, word.size() / 2)}) + 1;
  for (const auto& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least && distance < std::max(word.size(), candidate.size())) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace espalier::study
