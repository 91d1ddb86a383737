// Prepares gnuplot's SVG for use inside a page: unique ids, the page's text colour, no tooltips.
#include "espalier/report/figure.hpp"

namespace espalier::report {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Removes every `<tag>...</tag>`: gnuplot names its plots, and browsers show names as tooltips.
void drop_elements(std::string& text, const std::string& tag) {
  const std::string open = "<" + tag + ">", close = "</" + tag + ">";
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const std::size_t end = text.find(close, at);
    if (end == std::string::npos) return;
    text.erase(at, end + close.size() - at);
  }
}

}  // namespace

std::string inline_svg(const std::string& svg, const std::string& prefix) {
  const std::size_t start = svg.find("<svg");
  if (start == std::string::npos) return "";
  std::string text = svg.substr(start);
  drop_elements(text, "title");
  drop_elements(text, "desc");
  for (const char quote : {'\'', '"'}) {
    const std::string q(1, quote);
    replace_all(text, q + "black" + q, q + "currentColor" + q);
    for (const char* id : {"gp", "gnuplot_canvas", "textbox", "greybox", "f_plot"}) {
      replace_all(text, "id=" + q + id, "id=" + q + prefix + id);
    }
    replace_all(text, "xlink:href=" + q + "#gp", "xlink:href=" + q + "#" + prefix + "gp");
  }
  return text;
}

}  // namespace espalier::report
