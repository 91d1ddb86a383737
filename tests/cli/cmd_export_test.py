"""export on a small finished directory: its tables as CSV and JSON, and what it refuses."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def program(name, *arguments, **more):
    path = Path(os.environ["ESPALIER_BIN"]) / name
    return subprocess.run([path, *arguments], capture_output=True, text=True, **more)


def check_export(out):
    rows = list(csv.DictReader(io.StringIO(program("espalier", "export", out, "--format", "csv").stdout)))
    assert [row["test.top1"] for row in rows] == ["0", "0.1", "0.2"], rows
    file = out / "runs.json"
    assert program("espalier", "export", out, "--format", "json", "--what", "runs", "--out", file).returncode == 0
    runs = json.loads(file.read_text())
    assert [run["state"] for run in runs] == ["done", "done", "done", "failed"], runs
    assert runs[1]["per_class"] == "all" and runs[1]["per_class_number"] is None
    assert program("espalier", "export", out, "--format", "csv", "--what", "nothing").returncode == 2


def main():
    with tempfile.TemporaryDirectory() as folder:
        refused = program("espalier", "export", folder, "--format", "csv")
        assert refused.returncode == 2 and "journal" in refused.stderr, refused
        sample = program("test_store", "[.sample]", env=dict(os.environ, ESPALIER_SAMPLE=folder))
        assert sample.returncode == 0, sample.stdout
        check_export(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
