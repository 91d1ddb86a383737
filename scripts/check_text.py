"""Text hygiene: no tabs or trailing blanks in code, a final newline, no machine paths, no unfinished marks, UTF-8."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = {".cpp", ".hpp", ".py", ".sh", ".cmake", ".toml", ".md"}
MACHINE = re.compile(r"(?<![\w.])/(work|home/\w+|root)/")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


def complaints(text: str, suffix: str):
    if not text.endswith("\n"):
        yield 0, "no newline at the end"
    for number, line in enumerate(text.split("\n"), 1):
        if suffix != ".md" and line != line.rstrip():
            yield number, "trailing blanks"
        if "\t" in line and suffix in {".cpp", ".hpp", ".py"}:
            yield number, "a tab"
        if MACHINE.search(line):
            yield number, "a path of one machine"
        if UNFINISHED.search(line):
            yield number, "an unfinished mark"
        if len(line) > 120 and suffix in {".cpp", ".hpp"}:
            yield number, f"{len(line)} columns, at most 120"


def main() -> int:
    names = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    found = files = 0
    for name in names:
        path = ROOT / name
        if path.suffix not in CODE or not path.is_file():
            continue
        files += 1
        for number, what in complaints(path.read_text(encoding="utf-8"), path.suffix):
            print(f"{name}:{number}: {what}")
            found += 1
    print(f"text: {files} files, {found} complaints")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
