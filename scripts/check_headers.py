"""Every public header compiles alone, with the flags of its room's sources (taken from compile_commands.json)."""
import concurrent.futures
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def flags_by_room(build: pathlib.Path):
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        match = re.search(r"/src/(\w+)/(?:\w+/)*\w+\.cpp$", entry["file"])
        if match and match.group(1) not in flags:
            words = shlex.split(entry["command"])
            keep = [w for w in words if w.startswith(("-I", "-D", "-std"))]
            system = [words[i + 1] for i, w in enumerate(words) if w == "-isystem"]
            flags[match.group(1)] = keep + [w for folder in system for w in ("-isystem", folder)]
    return flags


def compile_alone(header: pathlib.Path, flags):
    command = ["g++", *flags, "-fsyntax-only", "-w", "-include", str(header), "-x", "c++", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True)
    return header, done.returncode, done.stderr


def main() -> int:
    rooms = flags_by_room(ROOT / sys.argv[1])
    headers = sorted(ROOT.glob("include/espalier/**/*.hpp"))
    jobs = [(h, rooms.get(h.relative_to(ROOT).parts[2], rooms["core"])) for h in headers]
    found = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, code, errors in pool.map(lambda job: compile_alone(*job), jobs):
            if code:
                found += 1
                print(f"{header.relative_to(ROOT)} does not compile alone:\n{errors[:600]}")
    print(f"headers: {len(headers)} compiled alone, {found} complaints")
    return 1 if found or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
