"""The numeric tests under the kernels of older CPUs: prints one JSON object, and fails where a test's outcome depends on them.

oneDNN and ATen choose their kernels by the CPU; environment variables hold them to older instruction sets, so that one
machine shows what others would compute.
"""
import itertools
import json
import os
import subprocess
import sys
import time

BIN = os.environ["ESPALIER_BIN"]
PROGRAMS = ("test_data", "test_model", "test_train", "test_trainer")
ISAS = ("SSE41", "AVX2", "AVX512_CORE")  # of oneDNN; one that the CPU lacks changes nothing
CAPABILITIES = ("default", "avx2")       # of ATen


def failures(program: str, isa: str, capability: str) -> str:
    """The last line the test program says: how many cases failed."""
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": isa, "ATEN_CPU_CAPABILITY": capability}
    done = subprocess.run([os.path.join(BIN, program)], env=environment, capture_output=True, text=True)
    last = done.stdout.strip().split("\n")[-1]
    return "" if done.returncode == 0 else f"{program} under {isa}, {capability}: {last}"


def main() -> int:
    begun = time.monotonic()
    kinds = list(itertools.product(ISAS, CAPABILITIES))
    found = [text for isa, capability in kinds for program in PROGRAMS if (text := failures(program, isa, capability))]
    print(json.dumps({"kinds": len(kinds), "programs": PROGRAMS, "failures": found,
                      "seconds": round(time.monotonic() - begun)}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
