// The script of the report page: tables that sort by a click, and folds that open for printing.
#include "report/html.hpp"

namespace espalier::report {

std::string page_script() {
  return R"js(
(() => {
  // A cell's number, as "<0.001", "+3.2" or "53.1 ± 2.0" begin with one; "all" is the greatest, no number the last.
  const number = (text) => {
    const found = text.match(/^[<[(+]*(-?\d[\d.]*(?:e[-+]?\d+)?)/);
    return found ? parseFloat(found[1]) : text === "all" ? Infinity : NaN;
  };
  const text = (row, i) => (row.cells[i] ? row.cells[i].textContent.trim() : "");
  const sort = (head) => {
    const table = head.closest("table"), body = table.tBodies[0], i = head.cellIndex;
    if (!body || body.rows.length < 2) return;
    const down = head.getAttribute("aria-sort") === "ascending";
    const rows = [...body.rows];
    const full = rows.filter((row) => text(row, i) !== "" && text(row, i) !== "-");
    const numeric = full.every((row) => !Number.isNaN(number(text(row, i))));
    const order = (a, b) => {
      const x = text(a, i), y = text(b, i);
      const empty = (x === "" || x === "-") - (y === "" || y === "-");
      if (empty) return empty;
      const by = numeric ? (number(x) === number(y) ? 0 : number(x) - number(y))
                         : x.localeCompare(y, undefined, { numeric: true });
      return down ? -by : by;
    };
    body.append(...rows.sort(order));
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  const headOf = (event) => event.target.closest("table:not(.matrix) thead th");
  document.addEventListener("click", (event) => {
    const head = headOf(event);
    if (head) sort(head);
  });
  document.addEventListener("keydown", (event) => {
    const head = headOf(event);
    if (!head || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    sort(head);
  });
  for (const head of document.querySelectorAll("table:not(.matrix) thead th")) {
    head.tabIndex = 0;
    head.title = "Sort by this column";
  }
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const fold of opened) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
})();
)js";
}

}  // namespace espalier::report
