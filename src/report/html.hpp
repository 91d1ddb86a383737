#pragma once
// Builds the HTML pieces of a report page. All text goes through escape().
#include <string>
#include <vector>

#include "espalier/report/page.hpp"

namespace espalier::report {

std::string escape(const std::string& text);

/// `<tag class="css">content</tag>`; content is HTML.
std::string element(const std::string& tag, const std::string& content, const std::string& css = "");

std::string paragraph(const std::string& text);  ///< escaped
std::string html_table(const WordTable& table, const std::string& caption = "");
/// The same with its cells coloured, where it says how much.
std::string html_table(const TitledTable& titled);

/// A section with a heading and an anchor; nothing for an empty body.
std::string section(const std::string& id, const std::string& title, const std::string& body);

/// A section that is collapsed until the reader opens it.
std::string folded(const std::string& summary, const std::string& body);

/// "a, b and c".
std::string listed(const std::vector<std::string>& words);

/// The settings that cannot be told from the best: the first few, and how many more.
std::string ties_text(const std::vector<std::string>& ties);

/// For example "transferred 4, high_units 3", with spaces that do not break.
std::string setting_text(const std::vector<plan::Label>& labels);

/// The style sheet of the page, for light and dark mode.
std::string page_style();

/// The script of the page, which the page is whole without.
std::string page_script();

}  // namespace espalier::report
