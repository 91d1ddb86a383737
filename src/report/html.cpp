#include "report/html.hpp"

#include <cctype>

namespace espalier::report {
namespace {

/// Figures align right; whatever begins like a number is one.
bool is_figure(const std::string& cell) {
  const std::size_t first = cell.find_first_not_of("+-<[");
  return cell == "-" || (first != std::string::npos && std::isdigit(static_cast<unsigned char>(cell[first])) != 0);
}

}  // namespace

std::string escape(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return safe;
}

std::string element(const std::string& tag, const std::string& content, const std::string& css) {
  return "<" + tag + (css.empty() ? "" : " class=\"" + css + "\"") + ">" + content + "</" + tag + ">";
}

std::string paragraph(const std::string& text) { return element("p", escape(text)) + "\n"; }

std::string html_table(const WordTable& table, const std::string& caption) {
  std::string head;
  for (const auto& title : table.header) head += "<th scope=\"col\">" + escape(title) + "</th>";
  std::string body;
  for (const auto& row : table.rows) {
    std::string cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == 0)
        cells += "<th scope=\"row\">" + escape(row[i]) + "</th>";
      else
        cells += element("td", escape(row[i]), is_figure(row[i]) ? "n" : "");
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

}  // namespace espalier::report
