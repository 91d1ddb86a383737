"""What is the same in every peer's command? Arguments, experiment after experiment, and the JSON of what came out."""
import argparse
import json
import platform
import random
import tempfile
import time
from pathlib import Path

import grid
import protocol


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("study")
    parser.add_argument("--data-root", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", required=True)
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16, weights in float32")
    parser.add_argument("--limit", type=int, help="at most so many runs of each experiment, for trials")
    return parser.parse_args()


def longest_first(runs):
    return sorted(runs, key=lambda run: (-run.per_class, run.frozen))


def limited(runs, limit):
    return runs if limit is None or limit >= len(runs) else random.Random(0).sample(runs, limit)


def in_order(runs, done):
    """Their results as the runs are listed: selections break ties by it."""
    results = {tuple(result[name] for name in grid.LABELS): result for part in done for result in part["results"]}
    return [results[tuple(run.labels().values())] for run in runs]


def main(name, doc, open_workers, train=protocol.train_run, deal=longest_first):
    """`open_workers(context, workers)` gives, for a `with`, a function map(work, items) that does work(context, item)
    for every item. `deal(runs)` makes the items of `train`."""
    options, start = arguments(doc), time.perf_counter()
    study, results, epoch_images, parts = protocol.tomllib.loads(Path(options.study).read_text()), [], 0, {}
    with tempfile.TemporaryDirectory() as folder:
        context = protocol.Context(str(Path(options.study).resolve()), str(Path(options.data_root).resolve()), folder,
                                   options.bf16)
        with open_workers(context, options.workers) as map_work:
            sources = map_work(protocol.pretrain, grid.splits_of(study))
            parts["pretrain_s"] = time.perf_counter() - start
            for experiment in study["experiment"]:
                runs = limited(grid.expand(study, experiment, results), options.limit)
                done = map_work(train, deal(runs))
                results += in_order(runs, done)
                epoch_images += sum(part["epoch_images"] for part in done)
    report = {"peer": name, "study": study["study"]["name"], "workers": options.workers, "bf16": options.bf16,
              "wall_s": time.perf_counter() - start, **parts, "epoch_images": epoch_images,
              "source_epoch_images": sum(done["epoch_images"] for done in sources),
              "sources": sorted((row for done in sources for row in done["results"]), key=lambda row: row["split"]),
              "runs": results,
              "versions": {"python": platform.python_version(), "torch": protocol.torch.__version__}}
    Path(options.out).write_text(json.dumps(report, indent=1) + "\n")
    mean = sum(run["test_top1"] for run in results) / len(results)
    print(f"{name}: {len(results)} runs in {report['wall_s']:.1f} s, mean test top-1 {mean:.4f}")
