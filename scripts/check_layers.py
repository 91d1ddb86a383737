"""Checks that includes follow the graph of rooms: a source may include its own room and what CMakeLists.txt lets it link.

CMakeLists.txt is the one place where the graph is written: `espalier_module(NAME DEPENDS ...)` under comments `# L0` to
`# L5`. Usage: check_layers.py [--graph] [ROOT]. ROOT defaults to this checkout; tests pass a copy with a planted violation.
The drawing in ARCHITECTURE.md, "a, b -> c" for "c includes headers of a and b", is held to the includes within each layer.
--graph prints which room includes headers of which, as the sources do, from the highest layer to the lowest.
"""
import dataclasses
import os
import pathlib
import re
import sys

CALL = re.compile(r"espalier_(module|program)\(\s*([\w-]+)([^)]*)\)")
LAYER = re.compile(r"\s*#\s*L(\d)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
# Third parties that only some rooms may include; "TORCH": the rooms that CMakeLists.txt marks so.
THIRD_PARTIES = (
    ("LibTorch", re.compile(r"(torch|ATen|c10)/"), "TORCH"),
    ("CUDA", re.compile(r"cuda|nvrtc|nccl|ATen/cuda/|c10/cuda/"), {"device"}),
    ("MPI", re.compile(r"mpi\.h$"), {"mpi"}),
    ("HDF5", re.compile(r"(hdf5|H5\w+)\.h$"), {"h5"}),
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


def listed_rooms(architecture: str):
    """The rooms in the first column of the table under "The rooms": "data, model, train" are three."""
    return {name.strip() for row in re.findall(r"^\| ([a-z0-9, ]+) \|", architecture, re.MULTILINE) for name in row.split(",")}


DRAWN = re.compile(r"^    (?:L(\d) \w+ +| {13})(\S.*?)(?: *<- .*)?$", re.MULTILINE)


def drawing_of(architecture: str):
    """The layer that each room is drawn in, and the arrows: pairs (used, user)."""
    layers, arrows, layer = {}, set(), -1
    block = architecture[architecture.find("## The rooms"):].partition("\n\n")[2].partition("\n\n")[0]
    for row in DRAWN.finditer(block):
        layer = int(row[1]) if row[1] else layer
        for chain in re.sub(r"\([^)]*\)", "", row[2]).split("|"):
            links = [[name.strip() for name in link.split(",")] for link in chain.split("→")]
            layers |= {name: layer for link in links for name in link if name not in layers}
            arrows |= {(used, user) for before, after in zip(links, links[1:]) for used in before for user in after}
    return layers, arrows


def all_paths(arrows):
    """The arrows and all that follows from them."""
    reached = set(arrows)
    while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= more
    return reached


def drawing_complaints(rooms, used, architecture: str):
    """`used`: the rooms whose headers each room includes."""
    layers, arrows = drawing_of(architecture)
    for name, room in rooms.items():
        if layers.get(name) != room.layer:
            yield f"ARCHITECTURE.md: the drawing does not have {name} in L{room.layer}"
    for name in layers.keys() - rooms.keys() - {"apps"}:
        yield f"ARCHITECTURE.md: the drawing has {name}, which is no room"
    included = {(other, name) for name in rooms for other in used[name] & closure(rooms, rooms[name].depends)
                if rooms[other].layer == rooms[name].layer}
    for other, name in sorted(included - all_paths(arrows)):
        yield f"ARCHITECTURE.md: {name} includes headers of {other}, and no arrow of the drawing leads from {other} to {name}"
    for other, name in sorted(arrows - all_paths(included)):
        yield f"ARCHITECTURE.md: the drawing has an arrow from {other} to {name}, which includes none of its headers"


def graph_complaints(rooms, architecture: str):
    listed = listed_rooms(architecture)
    for name, room in rooms.items():
        for used in room.depends:
            if used not in rooms:
                yield f"CMakeLists.txt: {name} depends on {used}, which is no room above it"
            elif rooms[used].layer > room.layer:
                yield f"CMakeLists.txt: {name} (L{room.layer}) depends on {used} (L{rooms[used].layer}), which is higher"
        if name in closure(rooms, room.depends):
            yield f"CMakeLists.txt: {name} depends on itself"
        if name not in listed:
            yield f"ARCHITECTURE.md: the table of rooms has no row for {name}"


def included_rooms(path: pathlib.PurePath, text: str, rooms):
    """For each include of `text`, the room whose public or private header it names, and whether that is public.

    `path` is relative to the root: "../store/segment.hpp" is found beside it, as the compiler does.
    """
    for name in INCLUDE.findall(text):
        parts = pathlib.PurePath(name).parts
        if name.startswith("."):
            beside = pathlib.PurePath(os.path.normpath(path.parent / name)).parts
            parts = beside[1:] if beside[:1] in (("src",), ("include",)) else ()
        if len(parts) > 2 and parts[0] == "espalier":
            yield parts[1], True
        elif len(parts) > 1 and parts[0] in rooms:
            yield parts[0], False


def include_complaints(path: pathlib.PurePath, text: str, room: str, allowed, rooms):
    for used, is_public in included_rooms(path, text, rooms):
        if is_public and used not in rooms:
            yield f"there is no room '{used}'"
        elif is_public and used not in allowed:
            yield f"{room} may not include {used}"
        elif not is_public and used != room:
            yield f"{room} may not include private headers of {used}"
    for what, pattern, owners in THIRD_PARTIES:
        is_owner = room in owners if owners != "TORCH" else room in rooms and rooms[room].torch
        if not is_owner and any(pattern.match(name) for name in INCLUDE.findall(text)):
            yield f"{room} may not include {what}"


def used_rooms(root, rooms):
    """For each room, the rooms whose headers its sources include."""
    used = {name: set() for name in rooms}
    for path, room in sources(root):
        if room in rooms:
            used[room] |= {other for other, _ in included_rooms(path.relative_to(root), path.read_text(), rooms)} - {room}
    return used


def print_graph(rooms, used):
    def from_the_top(names):
        return sorted(names, key=lambda name: (-rooms[name].layer, name))

    for name in from_the_top(rooms):
        print(f"L{rooms[name].layer} {name:9}", *(f"{other}(L{rooms[other].layer})" for other in from_the_top(used[name] & set(rooms))))


def sources(root: pathlib.Path):
    """Each source below src/ROOM and include/espalier/ROOM at any depth, with its room."""
    for base in (root / "src", root / "include" / "espalier"):
        for path in sorted(base.rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                yield path, path.relative_to(base).parts[0]


def main() -> int:
    words = [word for word in sys.argv[1:] if word != "--graph"]
    root = pathlib.Path(words[0] if words else __file__).resolve()
    root = root if root.is_dir() else root.parent.parent
    rooms, mains = rooms_of((root / "CMakeLists.txt").read_text())
    used = used_rooms(root, rooms)
    if "--graph" in sys.argv[1:]:
        print_graph(rooms, used)
    architecture = (root / "ARCHITECTURE.md").read_text()
    found = [*graph_complaints(rooms, architecture), *drawing_complaints(rooms, used, architecture)]
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
        found += [f"{name}: {complaint}" for complaint in include_complaints(name, path.read_text(), room, allowed, rooms)]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"layers: {len(rooms)} rooms, {count} files, {len(found)} complaints")
    return 1 if found or not count or not rooms else 0


if __name__ == "__main__":
    sys.exit(main())
