"""Adds what one part of scripts/test_gpu.sh gave to its JSON file: gpu_report.py RESULT PART EXIT_CODE BEGUN OUT ERR.

"not run" is a word of its own there: a part that found no GPU, or was not called, never reads like one that passed."""
import datetime
import json
import platform
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import torch


def commit():
    packed = Path("commit")
    if packed.exists():
        return " ".join(packed.read_text().split())
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()


def head():
    gpu = torch.cuda.is_available()
    return {"date": datetime.date.today().isoformat(), "commit": commit(),
            "device": torch.cuda.get_device_name(0) if gpu else "none",
            "versions": {"torch": torch.__version__, "cuda": torch.version.cuda, "python": platform.python_version(),
                         "nccl": ".".join(map(str, torch.cuda.nccl.version())) if gpu else None}}


def tests_of(report):
    """{test: passed or failed} of Catch's XML; one that was cut off has no end and says so."""
    try:
        cases = xml.fromstring(report).iter("TestCase")
    except xml.ParseError as error:
        return {"the report": f"cannot be read, a test crashed? {error}; it ends with: {report[-1500:]}"}
    return {case.get("name"): "passed" if case.find("OverallResult").get("success") == "true" else "failed"
            for case in cases}


def outcome(part, code, seconds, out, err):
    state = {0: "passed", 77: "not run: no GPU", 124: "stopped: it took too long"}.get(code, "failed")
    found = {"state": state, "exit_code": code, "seconds": round(seconds, 2), "said": err[-3000:]}
    if part == "tests" and code != 77:
        found["tests"] = tests_of(out)
    elif part in ("bench", "script") and code == 0:
        found["figures"] = json.loads(out)
    elif code != 77:
        found["out"] = out[-3000:]
    return found


def main():
    result, part, code, begun, out, err = sys.argv[1:]
    result = Path(result)
    report = json.loads(result.read_text()) if result.exists() else {}
    if report.get("commit") != commit():
        report = {}
    texts = [Path(name).read_text(errors="replace") for name in (out, err)]
    report |= head()
    report.setdefault("parts", {})[part] = outcome(part, int(code), time.time() - float(begun), *texts)
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(report, indent=1) + "\n")
    print(f"{part}: {report['parts'][part]['state']}, {report['parts'][part]['seconds']} s", file=sys.stderr)


if __name__ == "__main__":
    main()
