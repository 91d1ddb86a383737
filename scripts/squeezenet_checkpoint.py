"""Makes a checkpoint for `[source] checkpoint` from SqueezeNet v1.0 as Caffe's authors trained it on ILSVRC2012.

    .venv/bin/python scripts/squeezenet_checkpoint.py FOLDER --out squeezenet.safetensors [--input 3,32,32] [--side 227]

FOLDER holds squeezenet-v1.0-imagenet.safetensors and layers.tsv. The network saw images of 227 pixels, blue before green before
red, pixels of 0 to 255 less 104, 117 and 123. The checkpoint's first convolution has its input channels swapped, so that it takes
red, green, blue as espalier gives them; a layer `resize` to --side comes first where the study's images (--input) have another size.
Prints the [network] table and the data set's `mean` and `std` for a study. The programs are looked for in build/bin, or in
$ESPALIER_BIN.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from safetensors import safe_open
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRAINER = pathlib.Path(os.environ.get("ESPALIER_BIN", ROOT / "build" / "bin")) / "espalier-trainer"
MEANS_OF_BLUE_GREEN_RED = (104, 117, 123)
FIRST = "conv1.conv1.weight"


def model(*arguments):
    done = subprocess.run([TRAINER, "model", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def imported(folder, out):
    """Tensors and metadata under espalier's names."""
    model("import", folder / "squeezenet-v1.0-imagenet.safetensors", "--layers", folder / "layers.tsv", "--out", out)
    with safe_open(out, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def with_resize(units, side):
    """The description of the units, whose first layer brings images to `side` pixels."""
    units = json.loads(units)
    units[0]["layers"].insert(0, {"kind": "resize", "kernel_h": side, "kernel_w": side})
    return json.dumps(units)


def write_checkpoint(folder, out, shape, side):
    with tempfile.TemporaryDirectory() as scratch:
        tensors, metadata = imported(folder, pathlib.Path(scratch) / "imported.safetensors")
    tensors[FIRST] = tensors[FIRST].flip(1).contiguous()  # [96, 3, 7, 7]: from blue, green, red to red, green, blue
    if shape[1:] != [side, side]:
        metadata["units"] = with_resize(metadata["units"], side)
    metadata["input"] = ",".join(map(str, shape))
    save_file(tensors, out, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the checkpoint to write")
    parser.add_argument("--input", default="3,32,32", help="channels, height and width of the study's images")
    parser.add_argument("--side", type=int, default=227, help="pixels that the network sees; default: 227, as it was trained")
    arguments = parser.parse_args()
    shape = [int(number) for number in arguments.input.split(",")]
    if len(shape) != 3 or shape[0] != 3:
        sys.exit(f"the network sees three channels, not '{arguments.input}'. Write 3,HEIGHT,WIDTH.")
    write_checkpoint(arguments.folder, arguments.out, shape, arguments.side)
    print("# of its data set:")
    print("mean =", [round(mean / 255, 9) for mean in reversed(MEANS_OF_BLUE_GREEN_RED)])
    print("std  =", [round(1 / 255, 9)] * 3)
    print()
    print(model("info", arguments.out, "--toml", "squeezenet"), end="")


if __name__ == "__main__":
    main()
