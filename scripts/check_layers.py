"""Every include goes down the house: to a lower layer, to a room on the left in its own row, or to core."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Each room with the rooms of its own row it may use; rows from the ground up.
ROWS = [
    {"core": ""},
    {"os": "", "frame": "os", "process": "os frame", "mpi": "os frame", "h5": "os", "device": "os"},
    {"metrics": "", "stats": "metrics", "network": "", "task": "network", "study": "network task metrics",
     "grid": "network task study metrics", "plan": "network task study grid metrics stats",
     "sched": "network task plan metrics study"},
    {"store": "", "report": "store", "data": "", "model": "data", "train": "data model"},
    {"runtime": "", "trainer": ""},
    {"cli": "", "apps": "cli"},
]
LAYER = {room: row for row, rooms in enumerate(ROWS) for room in rooms}
TORCH_ROOMS = {"device", "data", "model", "train", "trainer"}
TORCH = re.compile(r"#include [<\"](torch|ATen|c10)/")
CUDA = re.compile(r"#include <(cuda|nvrtc|nccl|ATen/cuda/|c10/cuda/)")
MPI = re.compile(r"#include <mpi\.h>")
HDF5 = re.compile(r"#include <(hdf5|H5\w+)\.h>")


def allowed(user: str, used: str) -> bool:
    if user == used or used == "core" or LAYER[used] < LAYER[user]:
        return not (used in TORCH_ROOMS and user not in TORCH_ROOMS | {"apps"})
    return used in ROWS[LAYER[user]][user].split()


def complaints(path: pathlib.Path, room: str):
    text = path.read_text()
    for used in re.findall(r'#include "espalier/(\w+)/', text):
        if used not in LAYER:
            yield f"unknown room '{used}'"
        elif not allowed(room, used):
            yield f"{room} may not include {used}"
    for pattern, rooms, what in ((TORCH, TORCH_ROOMS, "LibTorch"), (CUDA, {"device"}, "CUDA"),
                                 (MPI, {"mpi"}, "MPI"), (HDF5, {"h5"}, "HDF5")):
        if pattern.search(text) and room not in rooms:
            yield f"{room} may not include {what}"


def main() -> int:
    found = 0
    files = [*ROOT.glob("include/espalier/*/*.hpp"), *ROOT.glob("src/*/*.[ch]pp")]
    for path in sorted(files):
        room = path.parent.name
        if room not in LAYER:
            print(f"{path.relative_to(ROOT)}: no such room in scripts/check_layers.py")
            found += 1
            continue
        for complaint in complaints(path, room):
            print(f"{path.relative_to(ROOT)}: {complaint}")
            found += 1
    print(f"layers: {len(files)} files, {found} complaints")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
