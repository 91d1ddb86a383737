"""The numeric tests under the kernels of older CPUs: prints one JSON object, and fails where a test's outcome depends on them.

oneDNN and ATen choose their kernels by the CPU; environment variables hold them to older instruction sets, so that one
machine shows what others would compute.
"""
import itertools
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ["ESPALIER_BIN"])
PROGRAMS = ("test_data", "test_model", "test_train", "test_trainer")
SCRIPTS = ("model/unit_forward_test.py", "model/caffe_table_test.py", "train/torch_steps_test.py", "e2e/group_test.py",
           "e2e/equivalence_test.py")
ISAS = ("SSE41", "AVX2", "AVX512_CORE")  # of oneDNN; one that the CPU lacks changes nothing
CAPABILITIES = ("default", "avx2")       # of ATen


def failures(test: str, isa: str, capability: str) -> str:
    """The names of the cases that fail, or nothing."""
    command = [sys.executable, ROOT / "tests" / test] if test.endswith(".py") else [BIN / test, "--reporter", "compact"]
    environment = {**os.environ, "ESPALIER_SOURCE": str(ROOT), "ONEDNN_MAX_CPU_ISA": isa,
                   "ATEN_CPU_CAPABILITY": capability}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    if done.returncode == 77:
        return f"{test} did not run: {done.stdout.strip()}"
    cases = re.findall(r"^(?:FAIL|ERROR): (\S+)|^(\S+:\d+: failed:.*)", done.stdout + done.stderr, re.MULTILINE)
    return f"{test} under {isa}, {capability}: " + "; ".join(a or b for a, b in cases)


def main() -> int:
    begun = time.monotonic()
    kinds = list(itertools.product(ISAS, CAPABILITIES))
    tests = PROGRAMS + SCRIPTS
    found = [text for isa, capability in kinds for test in tests if (text := failures(test, isa, capability))]
    print(json.dumps({"kinds": len(kinds), "tests": tests, "failures": found,
                      "seconds": round(time.monotonic() - begun)}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
