"""What is the same in both loops' command? Arguments, sources first, then all jobs over forked processes, and the JSON of what came out."""
import argparse
import functools
import json
import multiprocessing
import platform
import tempfile
import time
from pathlib import Path

import torch

import flex_study
import flex_work


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("study", help="in the form of jobs/flex-digits.toml; cut_study.py makes smaller ones")
    parser.add_argument("--data-root", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", required=True)
    parser.add_argument("--no-stop", action="store_true", help="train to the full length")
    return parser.parse_args()


def timed(work, context, item):
    torch.set_num_threads(flex_work.THREADS)
    start = time.perf_counter()
    return {"item": item, "done": work(context, item), "seconds": time.perf_counter() - start}


def seconds_by_name(parts):
    """Summed over processes; an item is (name, scenario)."""
    seconds = {}
    for part in parts:
        seconds[part["item"][0]] = seconds.get(part["item"][0], 0) + part["seconds"]
    return seconds


def run(context, workers, work, items):
    """(rows of sources, what each item came to, seconds of both)"""
    flex_work.load_all(context)
    study = flex_work.study_of(context)
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        def map_work(work, items):
            return list(pool.imap_unordered(functools.partial(timed, work, context), items))
        sources = map_work(flex_work.pretrain, flex_study.splits_of(study))
        return [part["done"] for part in sources], map_work(work, items(study))


def main(name, doc, work, items, finish=lambda rows: rows):
    """`items(study)`: (name, scenario) of each job, longest first; `work(context, item)` gives {"rows", "epochs", "epoch_images"};
    `finish(rows)` adds what is chosen among all rows."""
    options, start = arguments(doc), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        context = flex_work.Context(str(Path(options.study).resolve()), str(Path(options.data_root).resolve()), folder,
                                    not options.no_stop)
        sources, parts = run(context, options.workers, work, items)
    rows = finish([row for part in parts for row in part["done"]["rows"]])
    report = {"peer": name, "study": flex_study.read(options.study)["study"]["name"], "workers": options.workers,
              "stops": not options.no_stop, "wall_s": time.perf_counter() - start, "seconds": seconds_by_name(parts),
              "epochs": sum(part["done"]["epochs"] for part in parts),
              "epoch_images": sum(part["done"]["epoch_images"] for part in parts),
              "source_epoch_images": sum(source["epoch_images"] for source in sources), "sources": sources, "runs": rows,
              "versions": {"python": platform.python_version(), "torch": torch.__version__}}
    Path(options.out).write_text(json.dumps(report, indent=1) + "\n")
    print(f"{name}: {len(rows)} runs in {report['wall_s']:.1f} s, {report['epochs']} epochs of targets")
