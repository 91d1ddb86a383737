"""A page of a thousand runs in headless Chromium: no message on its console, sorted tables, folds open on paper, and at 400 pixels
nothing wider than the window but tables in their boxes. Skipped with the reason where there is no Chromium (Debian: chromium)."""
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
BROWSER = shutil.which("chromium")
MOST = 5_000_000  # bytes

# Each line that starts with TOLD is what the test reads; scripts run in the page of a window 400 pixels wide.
PROBE = """<!doctype html><html><body style="margin:0"><iframe id="frame" src="page.html" style="border:0;width:400px;height:900px"></iframe>
<script>
const told = (name, value) => console.log("TOLD " + name + " " + JSON.stringify(value));
frame.onload = () => {
  const page = frame.contentDocument, all = [...page.querySelectorAll("body *")];
  const shown = (one) => !one.closest("details:not([open])") || one.closest("summary");
  told("width", page.documentElement.scrollWidth);
  told("wide", all.filter((one) => shown(one) && !one.closest(".scroll") && one.getBoundingClientRect().right > 401)
                  .slice(0, 5).map((one) => one.tagName + "." + one.className));
  const table = page.querySelector("#best table"), head = table.tHead.rows[0].cells;
  const column = (i) => [...table.tBodies[0].rows].map((row) => row.cells[i].textContent);
  told("before", column(0));
  head[2].click();
  told("ascending", [head[2].getAttribute("aria-sort"), column(2)]);
  head[2].dispatchEvent(new frame.contentWindow.KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  told("descending", [head[2].getAttribute("aria-sort"), column(2)]);
  head[0].click();
  told("sizes", [head[2].getAttribute("aria-sort"), column(0)]);
  told("runs", page.querySelectorAll("details.run").length);
  frame.contentWindow.dispatchEvent(new Event("beforeprint"));
  told("folded on paper", page.querySelectorAll("details:not([open])").length);
  frame.contentWindow.dispatchEvent(new Event("afterprint"));
  told("open after", page.querySelectorAll("details[open]").length);
};
</script></body></html>
"""


@unittest.skipUnless(BROWSER, "there is no Chromium (Debian: apt-get install chromium)")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        done = subprocess.run([BIN / "test_report", "fixture: a page of a thousand runs is written where REPORT_PAGE_OUT says"],
                              env={**os.environ, "REPORT_PAGE_OUT": str(cls.folder / "page.html")}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        (cls.folder / "probe.html").write_text(PROBE)

    def open(self, page, *options):
        """What Chromium prints, and the messages on the page's console."""
        done = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", "--v=0",
                               f"--user-data-dir={self.folder / 'profile'}", "--allow-file-access-from-files", *options,
                               (self.folder / page).as_uri()], capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout, re.findall(r'CONSOLE[:(]\d+\)?\] "(.*)", source: ', done.stderr)

    def test_it_is_small_and_says_nothing_on_the_console(self):
        self.assertLess((self.folder / "page.html").stat().st_size, MOST)
        dom, console = self.open("page.html", "--dump-dom")
        self.assertEqual(console, [])
        self.assertEqual(dom.count('<details class="run"'), 1000)
        self.assertIn('title="Sort by this column"', dom)  # the script ran to its end

    def test_a_narrow_window_scrolls_only_tables_and_tables_sort(self):
        _, console = self.open("probe.html", "--window-size=420,900", "--virtual-time-budget=20000",
                               f"--screenshot={self.folder / 'narrow.png'}")
        told = {}
        for line in console:
            self.assertTrue(line.startswith("TOLD "), line)
            name, value = re.fullmatch(r"TOLD ([a-z ]+) (.*)", line).groups()
            told[name] = json.loads(value)
        self.assertEqual((told["width"], told["wide"]), (400, []))
        self.assertEqual(told["before"], ["1", "2", "5", "10", "all"])
        order, column = told["ascending"]
        numbers = [float(cell.split(" ")[0]) for cell in column]
        self.assertEqual((order, numbers), ("ascending", sorted(numbers)))
        order, column = told["descending"]
        self.assertEqual((order, column), ("descending", told["ascending"][1][::-1]))
        self.assertEqual(told["sizes"], [None, ["1", "2", "5", "10", "all"]])
        self.assertEqual((told["runs"], told["folded on paper"], told["open after"]), (1000, 0, 0))

    @unittest.skipUnless(shutil.which("pdftotext"), "there is no pdftotext (Debian: apt-get install poppler-utils)")
    def test_folds_are_open_on_paper_without_scripts(self):
        page = self.folder / "still.html"
        page.write_text(re.sub(r"<script>.*</script>", "", (self.folder / "page.html").read_text(), flags=re.DOTALL))
        pdf = self.folder / "page.pdf"
        self.open("still.html", f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
        text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
        self.assertGreaterEqual(html.unescape(text).count("20 epochs of 50 images"), 1000)


if __name__ == "__main__":
    if not BROWSER:
        print("page_script_test: skipped: there is no Chromium (Debian: apt-get install chromium)", file=sys.stderr)
    unittest.main(verbosity=2)
