"""Every header, public or private, compiles alone, with the flags of its room's sources (from compile_commands.json).

Rooms with LibTorch read ATen from the build's precompiled header, since as text it takes six seconds a header. That would
hide a missing include of ATen, so this one is looked for in the text. With ccache, what has not changed is not compiled anew.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'#include (?:"([\w/.]+)"|<(ATen/[\w/.]+)>)')
CACHE = {"CCACHE_SLOPPINESS": "pch_defines,time_macros,include_file_mtime,include_file_ctime", "CCACHE_NOHASHDIR": "1",
         "CCACHE_BASEDIR": str(ROOT), "CCACHE_DEPEND": "1"}


def flags_by_room(build: pathlib.Path):
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        match = re.search(r"/src/(\w+)/(?:\w+/)*\w+\.cpp$", entry["file"])
        if match and match.group(1) not in flags:
            words = shlex.split(entry["command"])
            words = words[1:words.index("-o")]
            if "-include" in words and "espalier_torch_pch" not in words[at := words.index("-include") + 1]:
                del words[at - 1:at + 1]
            flags[match.group(1)] = words
    return flags


def room_of(header: pathlib.Path) -> str:
    parts = header.relative_to(ROOT).parts
    return parts[2] if parts[0] == "include" else parts[1]


def reaches_aten(header: pathlib.Path, seen: set) -> bool:
    """True if the header includes ATen, itself or through headers of ours."""
    if header in seen or not header.exists():
        return False
    seen.add(header)
    for ours, aten in INCLUDE.findall(header.read_text()):
        if aten or any(reaches_aten(ROOT / folder / ours, seen) for folder in ("include", "src")):
            return True
    return False


def complaint(header: pathlib.Path, flags, folder: str) -> str:
    """What is wrong with the header; empty if nothing is."""
    if re.search(r"\b(at|torch|c10)::", header.read_text()) and not reaches_aten(header, set()):
        return "it names tensors and does not include <ATen/ATen.h>"
    made = pathlib.Path(folder) / (str(header.relative_to(ROOT)).replace("/", "+") + ".o")
    cache = [found] if (found := shutil.which("ccache")) else []
    done = subprocess.run([*cache, "g++", *flags, "-w", "-MD", "-x", "c++", "-c", str(header), "-o", str(made)],
                          capture_output=True, text=True, env={**os.environ, **CACHE})
    return done.stderr[:600] if done.returncode else ""


def main() -> int:
    rooms = flags_by_room(ROOT / sys.argv[1])
    headers = sorted([*ROOT.glob("include/espalier/**/*.hpp"), *ROOT.glob("src/**/*.hpp")])
    found = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool, tempfile.TemporaryDirectory() as folder:
        complaints = pool.map(lambda header: complaint(header, rooms.get(room_of(header), rooms["core"]), folder), headers)
        for header, wrong in zip(headers, complaints):
            if wrong:
                found += 1
                print(f"{header.relative_to(ROOT)} does not compile alone:\n{wrong}")
    print(f"headers: {len(headers)} compiled alone, {found} complaints")
    return 1 if found or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
