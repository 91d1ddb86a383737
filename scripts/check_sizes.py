"""No source file past 400 lines, none of 40 or less that could stand in its neighbour, no function past 60, no two source files of one name, no file past 1 MiB beside data."""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_FILE, MAX_FUNCTION, MAX_BYTES = 400, 60, 1 << 20
# A function body: from a line that ends in "{", indented at most 2, or from the first line of a signature that is broken,
# up to the closing brace at the same indent.
OPENING = re.compile(r"^( {0,2})(?=\S)[\w~:<>,&*\[\]=(\"' \-+!|.]+\)[^;]*\{$")
# A source this short stands alone only where others need its header or a test is its own. These are of families with a file
# for each member.
SHORT, FAMILIES = 40, ("src/cli/verbs/", "src/network/", "src/study/check/", "src/train/device/", "src/trainer/socket_port")
SAME_NAME = {"CMakeLists.txt", "__init__.py", "README.md"}


def joined(lines):
    """(number, line): a signature over several lines is one line, with the number of its first."""
    first, held = 0, ""
    for number, line in enumerate(lines, 1):
        if held:
            held += " " + line.strip()
            if line.endswith((",", "(")):
                continue
            yield first, held
            held = ""
        elif re.match(r"^ {0,2}[\w:<>&*~]", line) and line.endswith((",", "(")):
            first, held = number, line
        else:
            yield number, line


def functions(lines):
    start, indent, name = None, "", ""
    for number, line in joined(lines):
        if start is None:
            match = OPENING.match(line)
            if match and not line.lstrip().startswith(("namespace", "struct", "class", "enum")):
                start, indent, name = number, match.group(1), line.strip()
        elif line.rstrip() in (indent + "}", indent + "};"):
            yield name, start, number - start + 1
            start = None


def needless(sources):
    """Short sources whose header, if they have one, at most one other source includes, and that no test is named after."""
    includes = collections.Counter(leaf for path in sources for leaf in
                                   set(re.findall(r'#include "(?:[\w/]*/)?(\w+)\.hpp"', path.read_text())))
    for path in sources:
        name = str(path.relative_to(ROOT))
        short = name.startswith("src/") and path.suffix == ".cpp" and path.read_text().count("\n") <= SHORT
        tested = any(ROOT.glob(f"tests/*/{path.stem}_test.*"))
        if short and not tested and includes[path.stem] < 3 and not name.startswith(FAMILIES):
            yield f"{name}: at most {SHORT} lines, for one other source: let it join that one"


def tracked():
    names = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def main() -> int:
    found, seen = [], collections.defaultdict(list)
    files = tracked()
    for path in files:
        name = path.relative_to(ROOT)
        if path.stat().st_size > MAX_BYTES and name.parts[:2] != ("jobs", "data"):
            found.append(f"{name}: {path.stat().st_size >> 10} KiB")
        if path.suffix not in (".cpp", ".hpp", ".py"):
            continue
        if path.name not in SAME_NAME and name.parts[0] != "include":
            seen[path.name].append(str(name))
        lines = path.read_text().split("\n")
        if len(lines) > MAX_FILE:
            found.append(f"{name}: {len(lines)} lines, at most {MAX_FILE}")
        if path.suffix in (".cpp", ".hpp"):
            found += [f"{name}:{at}: {length} lines in '{what[:60]}', at most {MAX_FUNCTION}"
                      for what, at, length in functions(lines) if length > MAX_FUNCTION and "TEST_CASE" not in what]
    found += needless([path for path in files if path.suffix in (".cpp", ".hpp")])
    found += [f"one name, several files: {', '.join(paths)}" for paths in seen.values() if len(paths) > 1]
    for complaint in found:
        print(complaint)
    print(f"sizes: {len(files)} files, {len(found)} complaints")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
