"""Seconds until headless Chromium has loaded a report's page of a thousand runs, and the page's bytes.

    ESPALIER_BIN=build/bin python3 bench/page_load.py [--repeats 5]

The page is that of tests/report/many_runs_fixture.hpp: eight experiments, matrices of forty classes, 96 pictures. The time is the
end of the page's load event, from the start of navigation. Needs Debian's chromium. JSON."""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PROBE = ('<script>addEventListener("load", () => setTimeout(() => '
         'console.log("LOADED " + performance.getEntriesByType("navigation")[0].loadEventEnd)))</script>')


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repeats", type=int, default=5)
    repeats = arguments.parse_args().repeats
    browser = shutil.which("chromium")
    if not browser:
        sys.exit("page_load: there is no Chromium (Debian: apt-get install chromium).")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        subprocess.run([Path(os.environ["ESPALIER_BIN"], "test_report"),
                        "fixture: a page of a thousand runs is written where REPORT_PAGE_OUT says"],
                       env={**os.environ, "REPORT_PAGE_OUT": str(page)}, check=True, stdout=subprocess.DEVNULL)
        size = page.stat().st_size
        page.write_text(page.read_text().replace("</body>", PROBE + "</body>"))
        seconds = []
        for _ in range(repeats):
            said = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
                                   f"--user-data-dir={folder}/profile", "--virtual-time-budget=10000", "--dump-dom", page.as_uri()],
                                  capture_output=True, text=True, check=True, timeout=240).stderr
            seconds.append(float(re.search(r"LOADED ([\d.]+)", said).group(1)) / 1000)
    print(json.dumps({"bytes": size, "load_s": statistics.median(seconds), "least_s": min(seconds), "most_s": max(seconds)}))


if __name__ == "__main__":
    main()
