"""A stop within a step of AlexNet with batches of 256 images, which takes longer than 8 s on a few cores: the launch waits,
saves, and goes on from there. One JSON object on standard output.

    ESPALIER_BIN=build/bin PYTHONPATH=tests/support .venv/bin/python tests/long/alexnet_stop.py"""
import json
import signal
import tempfile
import time

from launches import Launch, resumed_epoch

STUDY = """
[study]
name = "alexnet-stop"
[data.toy]
format = "made"
classes = 2
per_class = 300
height = 227
width = 227
test = {{ per_class = 2 }}
[target.t]
data = "toy"
[network]
name = "alexnet"
[train]
batch = 256
epochs = 3
[[experiment]]
name = "e"
axes = {{ transferred = [0] }}
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        launch = Launch(folder, "alexnet", workers=1)
        launch.study.write_text(STUDY.format())
        launch.start().wait_for_rows(1)      # the first of three epochs has ended
        time.sleep(2)                        # within a step of the second
        begun = time.monotonic()
        launch.process.send_signal(signal.SIGINT)
        code = launch.wait(600)
        seconds = time.monotonic() - begun
        saved = [record for record in launch.records(8, 1) if record[3] == [0]]
        assert code == 75 and "saved" in launch.said(), launch.said()
        assert saved, "no training checkpoint is in the journal"
        assert launch.start().wait(1200) == 0, launch.said()
        resumed = [resumed_epoch(attempt) for attempt in launch.records(6, 2)]
        assert resumed and min(resumed) >= 1, f"it began again: {resumed}"
    print(json.dumps({"test": "alexnet_stop", "seconds_from_stop_to_end": round(seconds, 1), "resumed_from_epoch": resumed}))


if __name__ == "__main__":
    main()
