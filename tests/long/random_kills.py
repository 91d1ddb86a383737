"""A study under random kill -9, over and over: whatever dies and whenever, the same command ends in the bits of an
undisturbed run, does nothing finished again and leaves no process. One JSON object on standard output.

    ESPALIER_BIN=build/bin PYTHONPATH=tests/support .venv/bin/python tests/long/random_kills.py [--rounds 12] [--seed 1]"""
import argparse
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter

from launches import Launch

KINDS = ("trainer", "agent", "rank0", "mpirun", "supervisor")
EPOCHS = 40


def kill_one(launch, chance):
    """The kind killed, or None if it was gone before."""
    kind = chance.choice(KINDS)
    found = launch.find(kind)
    if not found:
        return None
    try:
        os.kill(chance.choice(found), signal.SIGKILL)
    except ProcessLookupError:
        return None
    return kind


def one_round(launch, chance, kills):
    """Kills at random moments, at most eight times, and starts again until the study says it is done. Launches made."""
    launches = 0
    for left in range(8, -1, -1):
        if launch.process is None or launch.process.poll() is not None:
            if launch.process is not None and launch.process.returncode == 0:
                break
            assert launch.gone_within(10), f"left behind: {launch.processes()}"
            launch.start()
            launches += 1
        if left:
            time.sleep(chance.uniform(0.2, 3))
            kind = kill_one(launch, chance)
            kills.update([kind] if kind else [])
    while launch.wait() != 0:
        launch.start()
        launches += 1
        assert launches < 20, launch.said()
    return launches


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, kills, launches = random.Random(options.seed), Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = Launch(folder, "undisturbed", epochs=EPOCHS)
        assert undisturbed.finish() == 0, undisturbed.said()
        expected = undisturbed.metrics()
        for number in range(options.rounds):
            launch = Launch(folder, f"round-{number}", epochs=EPOCHS)
            launches += one_round(launch, chance, kills)
            assert launch.metrics() == expected, f"round {number} of seed {options.seed} ended in other bits"
            launch.check_nothing_done_twice()
    print(json.dumps({"test": "random_kills", "rounds": options.rounds, "seed": options.seed, "launches": launches,
                      "kills": dict(sorted(kills.items())), "rows_compared": len(expected)}))


if __name__ == "__main__":
    main()
