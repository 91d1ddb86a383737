// Escapes text and writes HTML elements, tables, sections and lists.
#include "report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace espalier::report {
namespace {

/// Whether a cell begins like a number or says that there is none; columns of such cells are right-aligned.
bool is_figure(const std::string& cell) {
  const std::size_t first = cell.find_first_not_of("+-<[");
  return cell.empty() || cell == "-" ||
         (first != std::string::npos && std::isdigit(static_cast<unsigned char>(cell[first])) != 0);
}

std::vector<std::string> column_styles(const WordTable& table) {
  std::vector<std::string> styles;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const bool figures = !table.rows.empty() && std::all_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return i >= row.size() || is_figure(row[i]);
    });
    styles.push_back(figures ? " class=\"n\"" : "");
  }
  return styles;
}

}  // namespace

std::string escape(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return safe;
}

std::string element(const std::string& tag, const std::string& content, const std::string& css) {
  return "<" + tag + (css.empty() ? "" : " class=\"" + css + "\"") + ">" + content + "</" + tag + ">";
}

std::string paragraph(const std::string& text) { return element("p", escape(text)) + "\n"; }

namespace {

/// A share of the accent colour behind a cell; "" where it has none.
std::string colour_of(const std::vector<std::vector<double>>& heat, std::size_t row, std::size_t column) {
  if (row >= heat.size() || column >= heat[row].size() || !std::isfinite(heat[row][column])) return "";
  return fmt::format(" style=\"background:color-mix(in srgb, var(--accent) {:.0f}%, transparent)\"",
                     60 * heat[row][column]);
}

}  // namespace

std::string html_table(const WordTable& table, const std::string& caption) {
  return html_table(TitledTable{caption, "", table});
}

std::string html_table(const TitledTable& titled) {
  const auto& [caption, note, table, heat] = titled;
  const auto styles = column_styles(table);
  std::string head, body;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    head += "<th scope=\"col\"" + styles[i] + ">" + escape(table.header[i]) + "</th>";
  }
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& row = table.rows[r];
    std::string cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string tag = i == 0 ? "th" : "td";
      cells += "<" + tag + (i == 0 ? " scope=\"row\"" : "") + styles[i] + colour_of(heat, r, i) + ">" + escape(row[i]) +
               "</" + tag + ">";
    }
    body += element("tr", cells) + "\n";
  }
  return "<div class=\"scroll\"><table>" + (caption.empty() ? "" : element("caption", escape(caption))) +
         element("thead", element("tr", head)) + "\n" + element("tbody", body) + "</table></div>\n";
}

std::string section(const std::string& id, const std::string& title, const std::string& body) {
  if (body.empty()) return "";
  return "<section id=\"" + id + "\">" + element("h2", escape(title)) + "\n" + body + "</section>\n";
}

std::string folded(const std::string& summary, const std::string& body) {
  return "<details>" + element("summary", escape(summary)) + "\n" + body + "</details>\n";
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string ties_text(const std::vector<std::string>& ties) {
  std::string text;
  for (const auto& tie : ties) text += (text.empty() ? "" : "; ") + tie;
  return text.empty() ? "nothing" : text;
}

std::string setting_text(const std::vector<plan::Label>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : ", ") + label.axis + "\u00a0" + label.value;
  return text;
}

}  // namespace espalier::report
