"""How many times longer than espalier do its peers take for a study, and do they reach the same accuracy?

    compare.py STUDY.toml --data-root DIR --out FILE.json [--repeats 3] [--only espalier careful_loop ...]

Espalier and the peers take turns, so that a machine that slows down does so for all. A time is from a process's start
to its end; espalier starts without packed images each time, as the peers do. What cannot run is named, and why."""
import argparse
import csv
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ["script_pool", "ray_tune", "submitit_local", "careful_loop", "shared_loop"]
REFERENCE = ["--without", "stages,features,replicas,bundles,groups"]    # every run by itself
ROOT_MAY_RUN = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def timed(command, env):
    """Wall seconds of a command; raises with its last words where it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True)
    wall_s = time.perf_counter() - start
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise RuntimeError(" / ".join([f"exit code {done.returncode}", *said]))
    return wall_s


def exported(espalier, out, table):
    text = subprocess.run([espalier, "export", out, "--format", "csv", "--what", table], check=True, text=True,
                          capture_output=True).stdout
    return list(csv.DictReader(io.StringIO(text)))


def run_espalier(options, folder, extra):
    command = [options.espalier, "run", options.study, "--data-root", options.data_root, "--out", folder / "out",
               "--workers", str(options.workers), *extra]
    if options.bf16:
        command += ["--set", "train.precision=bf16"]
    wall_s = timed(command, {**ROOT_MAY_RUN, "ESPALIER_CACHE": str(folder / "cache")})
    rows = exported(options.espalier, folder / "out", "final")
    tasks = exported(options.espalier, folder / "out", "tasks")
    return {"wall_s": wall_s, "runs": len(rows), "test_top1": statistics.mean(float(row["test.top1"]) for row in rows),
            "epoch_images": sum(int(task["epoch_images"]) for task in tasks)}


def run_peer(options, folder, name):
    command = [options.python, HERE / f"{name}.py", options.study, "--data-root", options.data_root,
               "--workers", str(options.workers), "--out", folder / "out.json"]
    if options.bf16:
        command.append("--bf16")
    wall_s = timed(command, {"PYTHONDONTWRITEBYTECODE": "1"})
    report = json.loads((folder / "out.json").read_text())
    return {"wall_s": wall_s, "runs": len(report["runs"]),
            "test_top1": statistics.mean(run["test_top1"] for run in report["runs"]),
            "epoch_images": report["epoch_images"] + report["source_epoch_images"]}


def contenders(options):
    """{name: what runs it in a folder}"""
    every = {"espalier": lambda folder: run_espalier(options, folder, []),
             "espalier_reference": lambda folder: run_espalier(options, folder, REFERENCE)}
    every |= {name: lambda folder, name=name: run_peer(options, folder, name) for name in PEERS}
    return {name: run for name, run in every.items() if name in options.only}


def attempt(name, run):
    """What a contender measured, or why it did not."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            measured = run(Path(folder))
        except (RuntimeError, OSError, subprocess.CalledProcessError, ValueError, KeyError) as error:
            measured = {"not_run": f"{type(error).__name__}: {error}"}
    print(name, measured, file=sys.stderr, flush=True)
    return measured


def summary(measured):
    failed = [one["not_run"] for one in measured if "not_run" in one]
    if failed:
        return {"not run": failed[0]}
    times = [one["wall_s"] for one in measured]
    return {"median_s": statistics.median(times), "min_s": min(times), "max_s": max(times), "wall_s": times,
            "runs": measured[0]["runs"], "mean_test_top1": statistics.mean(one["test_top1"] for one in measured),
            "epoch_images": measured[0]["epoch_images"]}


def compare(options):
    runs = contenders(options)
    measured = {name: [] for name in runs}
    for _ in range(options.repeats):
        for name, run in runs.items():
            if not any("not_run" in one for one in measured[name]):
                measured[name].append(attempt(name, run))
    results = {name: summary(all_of_it) for name, all_of_it in measured.items()}
    base = results.get("espalier", {}).get("median_s")
    ratios = {name: result["median_s"] / base for name, result in results.items() if base and "median_s" in result}
    return {"study": Path(options.study).stem, "workers": options.workers, "repeats": options.repeats,
            "precision": "bf16" if options.bf16 else "fp32",
            "cores": os.cpu_count(), "machine": platform.processor() or platform.machine(), "results": results,
            "times_espalier": ratios}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study")
    parser.add_argument("--data-root", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--espalier", default=HERE.parents[1] / "build" / "bin" / "espalier")
    parser.add_argument("--python", default=sys.executable, help="of the environment of requirements.txt")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--bf16", action="store_true", help="all in bfloat16, weights in float32")
    names = ["espalier", "espalier_reference", *PEERS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    options = parser.parse_args()
    Path(options.out).write_text(json.dumps(compare(options), indent=1) + "\n")


if __name__ == "__main__":
    main()
