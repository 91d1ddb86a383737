"""Kills a session at every call that changes the disk, whole or in the middle of a write: h5py opens what is there."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py


def session(folder, fault, call):
    program = Path(os.environ["ESPALIER_BIN"]) / "test_store"
    environment = dict(os.environ, ESPALIER_SESSION=str(folder), ESPALIER_FAULT=fault, ESPALIER_CALL=str(call))
    return subprocess.run([program, "[.session]"], env=environment, capture_output=True, text=True)


def count_calls(folder):
    result = session(folder, "none", -1)
    assert result.returncode == 0, result.stdout
    return int(result.stdout.split("calls ")[1].split()[0])


def check_view(folder):
    """The records in the view that is there, 0 if there is none yet."""
    if not (folder / "results.h5").exists():
        return 0
    with h5py.File(folder / "results.h5") as view:
        for name in ("runs", "final", "metrics", "tasks", "selections"):
            view[name][:]
        return int(view["provenance"].attrs["records"])


def main():
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "session"
        calls = count_calls(folder)
        seen = set()
        for fault in ("kill", "tear"):
            for call in range(calls):
                shutil.rmtree(folder)
                result = session(folder, fault, call)
                assert result.returncode in (0, -signal.SIGKILL), (fault, call, result.stdout)
                assert fault == "tear" or result.returncode == -signal.SIGKILL, (fault, call)
                seen.add(check_view(folder))
        assert seen == {0, 101, 201, 301}, seen


if __name__ == "__main__":
    sys.exit(main())
