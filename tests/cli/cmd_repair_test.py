"""verify and repair on a small finished directory: exit codes, what they say, what they write."""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def program(name, *arguments, **more):
    path = Path(os.environ["ESPALIER_BIN"]) / name
    return subprocess.run([path, *arguments], capture_output=True, text=True, **more)


def check_verify_and_repair(out):
    assert program("espalier", "verify", out).returncode == 0
    (out / "results.h5").write_bytes(b"not what it was")
    found = program("espalier", "verify", out, "--json")
    assert found.returncode == 1 and json.loads(found.stdout)["findings"][0]["kind"] == "problem", found.stdout
    assert "4 runs" in program("espalier", "repair", out).stdout
    quiet = program("espalier", "view", out)
    assert quiet.returncode == 0 and quiet.stdout == "" and quiet.stderr == ""
    assert json.loads(program("espalier", "verify", out, "--json").stdout)["findings"] == []


def check_damage(out):
    """What a damaged journal no longer holds is kept where it still stands, and said."""
    segment = next((out / "journal").glob("*.log"))
    whole = segment.read_bytes()
    segment.write_bytes(whole[:len(whole) // 2] + b"x" + whole[len(whole) // 2 + 1:])
    told = program("espalier", "aggregate", out, "--by", "transferred", "--over", "per_class,case")
    assert "espalier: warning" in told.stderr and "verify" in told.stderr, told
    assert program("espalier", "repair", out).returncode == 1
    assert len(list(out.glob("results-of-*-records.h5"))) == 1
    segment.write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:].ljust(5000, b"x"))
    for verb in ("status", "repair"):
        refused = program("espalier", verb, out)
        assert refused.returncode == 77 and "has no first record" in refused.stderr, refused
    segment.write_bytes(whole)
    assert program("espalier", "repair", out).returncode == 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        for verb in ("verify", "repair"):
            refused = program("espalier", verb, folder)
            assert refused.returncode == 2 and "journal" in refused.stderr, refused
        sample = program("test_store", "[.sample]", env=dict(os.environ, ESPALIER_SAMPLE=folder))
        assert sample.returncode == 0, sample.stdout
        check_verify_and_repair(Path(folder))
        check_damage(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
