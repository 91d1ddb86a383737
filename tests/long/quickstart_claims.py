"""The quickstart, held to what it is to show: sources that are good, transfer that beats training from scratch at every
size, and on the same kind of CPU the bits of results/quickstart/final.csv. One JSON object on standard output.

    ESPALIER_BIN=build/bin .venv/bin/python tests/long/quickstart_claims.py"""
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "results/quickstart/final.csv"
sys.path.insert(0, str(ROOT / "scripts"))
from compare_results import compare, devices_of  # noqa: E402

PROGRAM = Path(os.environ["ESPALIER_BIN"]) / "espalier"


def ask(*words):
    return json.loads(subprocess.run([PROGRAM, *words, "--json"], check=True, capture_output=True, text=True).stdout)


def differences(out, a, b, *more):
    """{size: paired difference of test top-1 in points}."""
    contrasts = ask("compare", out, a, b, "--by", "per_class", *more)["contrasts"]
    return {one["axes"]["per_class"]: round(100 * one["difference"]["mean"], 1) for one in contrasts}


def differences_from_reference(out):
    """None on another kind of CPU, whose last bits may differ."""
    if devices_of(out) != devices_of(REFERENCE):
        return None
    both, found = compare(REFERENCE, out)
    assert both, "no run is in both"
    assert not found, found[:10]
    return len(found)


def main():
    with tempfile.TemporaryDirectory() as folder:
        out, start = Path(folder) / "out", time.monotonic()
        run = subprocess.run([PROGRAM, "run", ROOT / "jobs/quickstart.toml", "--out", out], check=True,
                             capture_output=True, text=True)
        seconds = time.monotonic() - start
        transfer = differences(out, "transferred=4", "transferred=0", "--experiment", "transferred")
        runs = ask("status", out)["runs"]
        from_reference = differences_from_reference(out)
    assert "below" not in run.stderr, run.stderr  # a source under its threshold is said loudly
    assert runs["done"] == runs["total"], runs
    assert all(points > 5 for points in transfer.values()), transfer
    print(json.dumps({"test": "quickstart_claims", "runs": runs["total"], "seconds": round(seconds, 1),
                      "points_of_4_units_over_scratch": transfer, "differences_from_reference": from_reference}))


if __name__ == "__main__":
    main()
