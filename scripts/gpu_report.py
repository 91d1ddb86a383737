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
    return {case.get("name"): "passed" if case.find("OverallResult").get("success") == "true" else failures_of(case)
            for case in cases}


def failures_of(case):
    """Where and how the case failed: the machine is given back soon, and what was not kept would cost another run."""
    told = [" ".join(f"{one.get('filename')}:{one.get('line')} {' '.join(one.itertext())}".split())
            for one in case.iter() if one.tag in ("Exception", "FatalErrorCondition")
            or one.tag == "Expression" and one.get("success") == "false"]
    return "failed: " + "; ".join(told)[:2000]


STATES = {"0": "passed", "started": "started, and did not end", "no-grid": "not run: no grid",
          "77": "not run: no GPU", "124": "stopped: it took too long", "137": "stopped: it took too long"}


def outcome(part, code, seconds, out, err):
    """What the part came to; only `passed` is a success. 77 means "no GPU" only where nothing at all was started."""
    state = STATES.get(code, "failed")
    if code == "77" and (out or err):
        state = "failed"
    found = {"state": state, "exit_code": code, "seconds": round(seconds, 2), "said": err[-3000:]}
    if part == "tests" and state in ("passed", "failed"):
        found["tests"] = tests_of(out)
        if any(one != "passed" for one in found["tests"].values()):
            found["state"] = "failed"
    elif part in ("bench", "script") and state == "passed":
        try:
            found["figures"] = json.loads(out)
        except json.JSONDecodeError as error:
            found |= {"state": "failed", "figures": f"cannot be read: {error}", "out": out[-3000:]}
    elif state != STATES["77"]:
        found["out"] = out[-3000:]
    return found


def main():
    result, part, code, begun, out, err = sys.argv[1:]
    result = Path(result)
    report = json.loads(result.read_text()) if result.exists() else {}
    now = head()
    if any(report.get(key) != now[key] for key in ("commit", "device", "versions")):
        report = {}
    texts = [Path(name).read_text(errors="replace") for name in (out, err)]
    report |= now
    found = outcome(part, code, time.time() - float(begun), *texts)
    report.setdefault("parts", {})[part] = found
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(report, indent=1) + "\n")
    if code != "started":
        print(f"{part}: {found['state']}, {found['seconds']} s", file=sys.stderr)
    return 0 if found["state"] in ("passed", STATES["started"]) else 1


if __name__ == "__main__":
    sys.exit(main())
