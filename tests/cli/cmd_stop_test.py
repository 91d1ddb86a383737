"""stop on a directory that nobody holds, and on one that is held: it leaves a request, and takes nothing."""
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path(os.environ["ESPALIER_BIN"])


def stop(out):
    return subprocess.run([BIN / "espalier", "stop", out], capture_output=True, text=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        refused = stop(out)
        assert refused.returncode == 2 and "holds no results" in refused.stderr, refused
        sample = subprocess.run([BIN / "test_store", "[.sample]"], capture_output=True, text=True,
                                env=dict(os.environ, ESPALIER_SAMPLE=folder))
        assert sample.returncode == 0, sample.stdout

        idle = stop(out)
        assert idle.returncode == 0 and "Nothing runs on" in idle.stdout, idle
        assert not list(out.glob("requests/*")), "a request that nobody takes up"

        with open(out / "lock", "w") as lock:
            lock.write("host=here process=7 restart=0 job=\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            asked = stop(out)
        assert asked.returncode == 0 and "process=7" in asked.stdout, asked
        request, = out.glob("requests/*.request")
        lines = request.read_text().splitlines()
        assert lines[0] == "espalier request 1" and "verb=stop" in lines, lines
        assert request.stem in asked.stdout, asked


if __name__ == "__main__":
    sys.exit(main())
