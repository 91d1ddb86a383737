// Reads tables of several labels an image, and checks and counts what a matrix of labels holds.
#include "espalier/data/label_matrix.hpp"

#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::data {
namespace {

constexpr const char* kFile = "file";
constexpr const char* kDifficultWord = "difficult";

/// Where a line of a table stands, for messages.
struct Line {
  const std::filesystem::path& file;
  std::size_t number;
  std::string text() const { return "'" + file.string() + "', line " + std::to_string(number); }
};

/// The values of a line; quotes may surround one, and two within them are one.
std::vector<std::string> values_of(const std::string& line, const Line& where) {
  std::vector<std::string> values(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool doubled = is_quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"';
    if (doubled) values.back() += line[++i];
    else if (c == '"') is_quoted = !is_quoted;
    else if (c == ',' && !is_quoted) values.emplace_back();
    else values.back() += c;
  }
  if (is_quoted) throw UsageError(where.text() + ": a quote does not end", "", "Close it.");
  return values;
}

/// The lines without their ends and without a mark of byte order; empty ones stay, so that numbers are right.
std::vector<std::string> lines_of(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    at = end + 1;
  }
  return lines;
}

std::uint8_t byte_of(const std::string& value, const std::string& name, const Line& where) {
  if (value == "0") return kNo;
  if (value == "1") return kYes;
  if (value == kDifficultWord) return kDifficult;
  throw UsageError(where.text() + ": label '" + name + "' is '" + value + "'",
                   std::string("a label is 0, 1 or \"") + kDifficultWord + "\"", "Correct it.");
}

void check_header(const std::vector<std::string>& header, const Line& where) {
  if (header.size() < 2 || header.front() != kFile) {
    throw UsageError(where.text() + ": this is no header of labels", "it begins with '" + header.front() + "'",
                     "Write file, and behind it the name of each label.");
  }
  std::set<std::string> seen;
  for (std::size_t i = 1; i < header.size(); ++i) {
    if (header[i].empty()) throw UsageError(where.text() + ": a label has no name", "", "Name each column.");
    if (!seen.insert(header[i]).second)
      throw UsageError(where.text() + ": label '" + header[i] + "' stands twice", "", "Remove one of the columns.");
  }
}

}  // namespace

LabelTable read_label_table(const std::filesystem::path& file) {
  const auto lines = lines_of(std::string(os::MappedFile(file, os::NamedBy::user).text()));
  if (lines.empty()) throw UsageError("'" + file.string() + "' is empty", "", "Write a header and a line an image.");
  const auto header = values_of(lines.front(), {file, 1});
  check_header(header, {file, 1});
  LabelTable table{{}, {header.begin() + 1, header.end()}, {}};
  std::vector<std::uint8_t> bytes;
  std::set<std::string> seen;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const Line where{file, i + 1};
    if (lines[i].empty()) continue;
    const auto values = values_of(lines[i], where);
    if (values.size() != header.size()) {
      throw UsageError(where.text() + ": there are " + std::to_string(values.size()) + " values",
                       "the header names " + std::to_string(header.size()) + " columns", "Correct the line.");
    }
    if (!seen.insert(values.front()).second)
      throw UsageError(where.text() + ": '" + values.front() + "' stands twice", "an image has one line",
                       "Remove one.");
    table.files.push_back(values.front());
    for (std::size_t k = 1; k < values.size(); ++k) bytes.push_back(byte_of(values[k], header[k], where));
  }
  if (table.files.empty()) throw UsageError("'" + file.string() + "' names no image", "", "Write a line an image.");
  const auto labels = static_cast<std::int64_t>(table.names.size());
  table.matrix = at::tensor(bytes, at::kByte).view({-1, labels});
  return table;
}

LabelCounts label_counts(const at::Tensor& matrix) {
  const auto count = [&](std::uint8_t value) {
    const at::Tensor sums = matrix.eq(value).sum(0).contiguous();
    const auto* first = sums.const_data_ptr<std::int64_t>();
    return std::vector<std::int64_t>(first, first + sums.numel());
  };
  return {count(kYes), count(kDifficult)};
}

void check_matrix(const at::Tensor& matrix, const std::string& source) {
  if (matrix.size(1) == 0) throw UsageError(source + " has no label", "its matrix has no column", "Name another file.");
  const at::Tensor dense = matrix.contiguous();
  const auto* bytes = dense.const_data_ptr<std::uint8_t>();
  const auto* end = bytes + dense.numel();
  const auto* wrong =
      std::find_if(bytes, end, [](std::uint8_t one) { return one != kNo && one != kYes && one != kDifficult; });
  if (wrong == end) return;
  const std::int64_t place = wrong - bytes, labels = dense.size(1);
  throw UsageError(source + " has the value " + std::to_string(*wrong) + " for image " +
                       std::to_string(place / labels) + " and label " + std::to_string(place % labels) +
                       ", counted from 0",
                   "a label is 0 (no), 1 (yes) or 255 (difficult: not counted)", "Correct the file.");
}

void check_is_learnable(const at::Tensor& matrix, const std::vector<std::string>& names, const std::string& source) {
  const auto positives = label_counts(matrix).positives;
  const auto never = std::count(positives.begin(), positives.end(), 0);
  if (never == 0) return;
  const auto first = std::find(positives.begin(), positives.end(), 0) - positives.begin();
  throw UsageError("label '" + names[static_cast<std::size_t>(first)] + "' of " + source + " is never 1" +
                       (never == 1 ? "" : ", nor are " + std::to_string(never - 1) + " others"),
                   "what no image has cannot be learnt", "Leave its column out, or add images that have it.");
}

}  // namespace espalier::data
