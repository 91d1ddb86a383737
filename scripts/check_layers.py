"""Checks that includes follow the graph of rooms: a source may include its own room and what CMakeLists.txt lets it link.

CMakeLists.txt is the one place where the graph is written: `espalier_module(NAME DEPENDS ...)` under comments `# L0` to
`# L5`. Usage: check_layers.py [ROOT]. ROOT defaults to this checkout; tests pass a copy with a planted violation.
"""
import dataclasses
import pathlib
import re
import sys

CALL = re.compile(r"espalier_(module|program)\(\s*([\w-]+)([^)]*)\)")
LAYER = re.compile(r"#\s*L(\d)\b")
PUBLIC = re.compile(r'#include "espalier/(\w+)/')
PRIVATE = re.compile(r'#include "(\w+)/')
# Third parties that only some rooms may include; "TORCH": the rooms that CMakeLists.txt marks so.
THIRD_PARTIES = (
    ("LibTorch", re.compile(r"#include [<\"](torch|ATen|c10)/"), "TORCH"),
    ("CUDA", re.compile(r"#include <(cuda|nvrtc|nccl|ATen/cuda/|c10/cuda/)"), {"device"}),
    ("MPI", re.compile(r"#include <mpi\.h>"), {"mpi"}),
    ("HDF5", re.compile(r"#include <(hdf5|H5\w+)\.h>"), {"h5"}),
)


@dataclasses.dataclass
class Room:
    layer: int
    depends: list
    torch: bool


def rooms_of(cmake: str):
    """The rooms, and what each program's main may use, as CMakeLists.txt says."""
    rooms, mains, layer = {}, {}, -1
    for line in re.sub(r"\\\n", " ", cmake).split("\n"):
        if found := LAYER.match(line):
            layer = int(found[1])
        if not (call := CALL.search(line)):
            continue
        words = call[3].split()
        depends = []
        if "DEPENDS" in words:
            for word in words[words.index("DEPENDS") + 1:]:
                if word.isupper():
                    break
                depends.append(word)
        if call[1] == "module":
            rooms[call[2]] = Room(layer, depends, "TORCH" in words)
        else:
            mains[pathlib.PurePath(words[words.index("SOURCE") + 1]).name] = depends
    return rooms, mains


def closure(rooms, depends):
    """All rooms that can be reached from `depends`, themselves included."""
    reached, waiting = set(), list(depends)
    while waiting:
        room = waiting.pop()
        if room in reached or room not in rooms:
            continue
        reached.add(room)
        waiting += rooms[room].depends
    return reached


def graph_complaints(rooms, architecture: str):
    for name, room in rooms.items():
        for used in room.depends:
            if used not in rooms:
                yield f"CMakeLists.txt: {name} depends on {used}, which is no room above it"
            elif rooms[used].layer > room.layer:
                yield f"CMakeLists.txt: {name} (L{room.layer}) depends on {used} (L{rooms[used].layer}), which is higher"
        if name in closure(rooms, room.depends):
            yield f"CMakeLists.txt: {name} depends on itself"
        if not re.search(rf"\b{name}\b", architecture):
            yield f"ARCHITECTURE.md: the room {name} is not listed"


def include_complaints(text: str, room: str, allowed, rooms):
    for used in PUBLIC.findall(text):
        if used not in rooms:
            yield f"there is no room '{used}'"
        elif used not in allowed:
            yield f"{room} may not include {used}"
    for used in PRIVATE.findall(text):
        if used in rooms and used != room:
            yield f"{room} may not include private headers of {used}"
    for what, pattern, owners in THIRD_PARTIES:
        is_owner = room in owners if owners != "TORCH" else room in rooms and rooms[room].torch
        if not is_owner and pattern.search(text):
            yield f"{room} may not include {what}"


def sources(root: pathlib.Path):
    """Each source below src/ROOM and include/espalier/ROOM at any depth, with its room."""
    for base in (root / "src", root / "include" / "espalier"):
        for path in sorted(base.rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                yield path, path.relative_to(base).parts[0]


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    root = root if root.is_dir() else root.parent.parent
    rooms, mains = rooms_of((root / "CMakeLists.txt").read_text())
    found = list(graph_complaints(rooms, (root / "ARCHITECTURE.md").read_text()))
    count = 0
    for path, room in sources(root):
        count += 1
        name = path.relative_to(root)
        if room == "apps" and path.name in mains:
            allowed = closure(rooms, mains[path.name])
        elif room in rooms:
            allowed = closure(rooms, rooms[room].depends) | {room}
        else:
            found.append(f"{name}: CMakeLists.txt knows no room '{room}'")
            continue
        found += [f"{name}: {complaint}" for complaint in include_complaints(path.read_text(), room, allowed, rooms)]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"layers: {len(rooms)} rooms, {count} files, {len(found)} complaints")
    return 1 if found or not count or not rooms else 0


if __name__ == "__main__":
    sys.exit(main())
