"""A network printed as listed units is, in a study, the same network: its task keeps its id."""
import pathlib
import re
import subprocess
import tempfile

from model_verbs import SOURCE, TRAINER, model

STUDY = """[study]
name = "listing"
[data.d]
format = "made"
classes = 4
channels = 3
height = 97
width = 97
per_class = 8
test = {{ per_class = 2 }}
[target.t]
data = "d"
{network}
[[experiment]]
name = "e"
axes = {{ per_class = [2] }}
fixed = {{ transferred = 0 }}
"""


def task_of(folder, network):
    study = folder / "study.toml"
    study.write_text(STUDY.format(network=network))
    done = subprocess.run([TRAINER.parent / "espalier", "show", study, "e:per_class=2"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return re.search(r"^task ([0-9a-f]+)$", done.stdout, re.M).group(1)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tasks = set()
        for network in ["alexnet", "caffenet", "resnet18", "resnet50", "inception_v2", "cifar7", "mnist4"]:
            by_name = task_of(folder, f'[network]\nname = "{network}"')
            assert task_of(folder, model("info", network, "--toml", "listed")) == by_name, network
            tasks.add(by_name)
        documented = re.search(r"```toml\n(.*?)```", (SOURCE / "docs" / "models.md").read_text(), re.S).group(1)
        tasks.add(task_of(folder, documented))
    assert len(tasks) == 8, "eight networks, eight tasks"
    print("eight networks listed")


main()
