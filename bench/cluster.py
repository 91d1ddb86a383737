"""What a job of many agents costs beside its work: runs that sleep, by trainers without LibTorch, at 1, 4, 16 and 64 agents on this machine.

    ESPALIER_BIN=build/bin python3 bench/cluster.py [--agents 1 4 16 64] [--rounds 10] [--seconds 1]

Each agent has `rounds` runs of `seconds`. `total_over_ideal` is the time from the first attempt to the last end, by the journal, over
rounds * seconds, `slept_over_ideal` the part of it that trainers slept, which is above 1 on a busy machine. `rank_0_cpu` is what rank 0
uses of a core meanwhile, by /proc. `start_s` passes from the command until every agent was given a run, `start_spread_s` between the first
and the last of them. JSON on stdout. Build bench_sleeping_trainer first. Aims: 1.02 and 0.02 at 16 agents."""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
import journal as journal_format

ATTEMPT, ENDED = 6, 9
TICKS = os.sysconf("SC_CLK_TCK")


def times(journal):
    """Of every attempt when it began (field 5), of every end when that was (8) and how long the trainer slept (5)."""
    began, ended, slept = [], [], []
    for file in sorted(journal.glob("*.log")):
        for kind, payload in journal_format.records(file.read_bytes()):
            if kind == ATTEMPT:
                began.append(journal_format.fields(payload)[5][0])
            if kind == ENDED:
                fields = journal_format.fields(payload)
                ended.append(fields[8][0])
                slept.append(fields[5][0])
    return began, ended, slept


def rank_0_of(mark):
    """The process of rank 0 of the launch with this mark in its environment."""
    wanted = {f"BENCH_MARK={mark}".encode(), b"OMPI_COMM_WORLD_RANK=0"}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"rank" in (entry / "cmdline").read_bytes().split(b"\0") and \
                    wanted <= set((entry / "environ").read_bytes().split(b"\0")):
                return entry
        except OSError:  # ended meanwhile, or another user's
            pass
    return None


def cpu_s(process):
    """CPU seconds of a process, and when that was."""
    fields = (process / "stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, time.time()


def watch(running, mark):
    """(CPU seconds, wall time) of rank 0 a few times a second, until the launch ends."""
    seen, process = [], None
    while running.poll() is None:
        process = process or rank_0_of(mark)
        try:
            if process:
                seen.append(cpu_s(process))
        except OSError:
            pass
        time.sleep(0.2)
    return seen


def share_of(seen, begin, end):
    inside = [one for one in seen if begin <= one[1] <= end]
    (cpu_0, wall_0), (cpu_1, wall_1) = inside[0], inside[-1]
    return (cpu_1 - cpu_0) / (wall_1 - wall_0)


def measure(folder, agents, rounds, seconds):
    mark = f"{os.getpid()}-{agents}"
    environment = {**os.environ, "BENCH_MARK": mark, "SLEEP_S": str(seconds)}
    with tempfile.TemporaryDirectory() as out:
        start = time.time()
        running = subprocess.Popen([folder / "espalier", "run", "--noop-tasks", str(agents * rounds), "--noop-trainer",
                                    (folder / "bench_sleeping_trainer").resolve(), "--out", out, "--workers", str(agents)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        seen = watch(running, mark)
        whole = time.time() - start
        assert running.returncode == 0, f"run ended with {running.returncode}"
        began, ended, slept = times(Path(out) / "noop" / "journal")
    assert len(ended) == agents * rounds, f"{len(ended)} of {agents * rounds} runs ended"
    return {"agents": agents, "runs": len(ended),
            "total_over_ideal": round((max(ended) - min(began)) / (rounds * seconds), 4),
            "slept_over_ideal": round(sum(slept) / len(slept) / seconds, 4),
            "rank_0_cpu": round(share_of(seen, sorted(began)[agents - 1], max(ended)), 4),
            "start_s": round(sorted(began)[agents - 1] - start, 2),
            "start_spread_s": round(sorted(began)[agents - 1] - min(began), 2), "whole_s": round(whole, 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1)
    options = parser.parse_args()
    folder = Path(os.environ["ESPALIER_BIN"])
    results = [measure(folder, agents, options.rounds, options.seconds) for agents in options.agents]
    print(json.dumps({"bench": "cluster", "goal_total_over_ideal": 1.02, "goal_rank_0_cpu": 0.02, "cores": os.cpu_count(),
                      "load": round(os.getloadavg()[0], 1), "results": results}, indent=2))


if __name__ == "__main__":
    main()
