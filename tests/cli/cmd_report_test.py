"""The page of a made directory, judged by independent readers: html.parser for form, numpy for the aggregates."""
import csv
import html.parser
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Balanced(html.parser.HTMLParser):
    """Fails on a closing tag that does not match, and gathers ids."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.svgs = [], [], 0

    def handle_starttag(self, tag, attrs):
        self.ids += [value for key, value in attrs if key == "id"]
        self.svgs += tag == "svg"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for key, value in attrs if key == "id"]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]} at line {self.getpos()}"
        self.open.pop()


def espalier(*args):
    done = subprocess.run([BIN / "espalier", *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_directory(out):
    """The fixture of the C++ tests, written as a journal by the test program."""
    done = subprocess.run([BIN / "test_report", "fixture: a journal is written where REPORT_FIXTURE_OUT says"],
                          env={**os.environ, "REPORT_FIXTURE_OUT": str(out)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def accuracies():
    """What the fixture put in: [transferred][size][split]; NaN where a run diverged."""
    values = np.array([[[0.2 + 0.05 * n + 0.1 * size + 0.01 * split * (2 if n == 2 else 1) for split in (1, 2, 3)]
                        for size in range(3)] for n in (0, 2, 6)])
    values[2, 1, 1] = np.nan
    return np.round(values, 3)  # counts of 1000 images


def check_aggregate(out):
    text = espalier("aggregate", out, "--experiment", "transferred", "--by", "transferred,per_class", "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = accuracies().reshape(9, 3)
    assert len(rows) == 9
    for row, values in zip(rows, expected):
        values = values[~np.isnan(values)]
        assert abs(float(row["mean"]) - values.mean()) < 1e-12, row
        assert abs(float(row["sd"]) - values.std(ddof=1)) < 1e-12, row
        if len(values) < 3:
            assert row["low"] == "" and row["diverged"] == "1"
            continue
        half = 4.302652729749461 * values.std(ddof=1) / np.sqrt(3)  # t(0.975, 2)
        assert abs(float(row["high"]) - values.mean() - half) < 1e-9, row


def check_compare(out):
    text = espalier("compare", out, "transferred=6", "transferred=0", "--by", "per_class", "--json")
    values = accuracies()
    for size, contrast in enumerate(json.loads(text)["contrasts"]):
        difference = values[2, size] - values[0, size]
        difference = difference[~np.isnan(difference)]
        assert abs(contrast["difference"]["mean"] - difference.mean()) < 1e-12
        assert contrast["pairs"] == len(difference)


def check_page(out):
    espalier("report", out)
    text = (out / "report" / "index.html").read_text()
    page = Balanced()
    page.feed(text)
    assert page.open == [], page.open
    assert page.svgs == 1
    assert len(page.ids) == len(set(page.ids)), "ids are not unique"
    assert "http://" not in text.replace("http://www.w3.org/", ""), "the page must not need the network"
    figure = (out / "report" / "transferred-transferred.csv").read_text()
    assert figure == espalier("aggregate", out, "--experiment", "transferred", "--by", "per_class,transferred", "--csv")


def check_foreign_files(out):
    """A CSV file or page that a user put there is refused; those of the last report are replaced."""
    page, figure = out / "report" / "index.html", out / "report" / "transferred-transferred.csv"
    html, table = page.read_text(), figure.read_text()
    figure.write_text("changed")
    espalier("report", out)
    assert figure.read_text() == table
    own = html.replace('<meta name="espalier-file" content="transferred-transferred.csv"/>', "")
    assert own != html
    page.write_text(own)
    figure.write_text("mine")
    refused = subprocess.run([BIN / "espalier", "report", out], capture_output=True, text=True)
    assert refused.returncode == 2 and str(figure) in refused.stderr, refused
    assert page.read_text() == own and figure.read_text() == "mine"
    page.write_text("mine, too")
    refused = subprocess.run([BIN / "espalier", "report", out], capture_output=True, text=True)
    assert refused.returncode == 2 and str(page) in refused.stderr, refused
    assert page.read_text() == "mine, too" and figure.read_text() == "mine"
    page.unlink()
    figure.unlink()
    espalier("report", out)


def check_looking(out):
    status = json.loads(espalier("status", out, "--json"))
    assert status["runs"]["done"] == 26 and status["runs"]["failed"] == 1
    assert status["runs"]["later"] == 1
    explained = espalier("explain", out, "transferred:transferred=6,per_class=5,split=2")
    assert "diverged: loss is NaN in epoch 3" in explained
    waiting = espalier("explain", out, "chosen:per_class=5,split=1")
    assert "waits for the selection 'chosen/0/per_class=5'" in waiting
    assert "worker-1.log" in espalier("logs", out, "transferred:transferred=6,per_class=5,split=2")
    nothing = subprocess.run([BIN / "espalier", "status", out / "missing"], capture_output=True, text=True)
    assert nothing.returncode == 2 and "holds no results" in nothing.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        make_directory(out)
        for check in (check_aggregate, check_compare, check_page, check_foreign_files, check_looking):
            check(out)
            print("ok", check.__name__)


if __name__ == "__main__":
    sys.exit(main())
