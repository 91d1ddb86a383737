"""Who takes part in compare_flex.py, and what is measured of each: seconds, test accuracy by method, epochs of targets."""
import json
import resource
import statistics

from compare import HERE, REFERENCE, ROOT_MAY_RUN, exported, timed
from mnist4 import CLASSES

NO_STOP = ["--set", "train.stop=none"]
ESPALIER = {"espalier": [], "espalier_no_stop": NO_STOP, "espalier_no_stages": ["--without", "stages"],
            "espalier_no_features": ["--without", "features"], "espalier_reference": REFERENCE,
            "espalier_reference_no_stop": REFERENCE + NO_STOP}
LOOPS = {"naive_flex": [], "naive_flex_no_stop": ["--no-stop"], "careful_flex": [], "careful_flex_no_stop": ["--no-stop"]}
NOT_USUAL = {"espalier_reference_no_stop", "careful_flex_no_stop"}
USUAL = [name for name in [*ESPALIER, *LOOPS] if name not in NOT_USUAL]


def measured_times(command, env):
    """{wall_s, cpu_s}: the latter tells more where other work shares the machine."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall_s = timed(command, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall_s": wall_s, "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def run_espalier(options, study, folder, extra):
    command = [options.espalier, "run", study, "--data-root", options.data_root, "--out", folder / "out", "--workers",
               str(options.workers), *extra]
    times = measured_times(command, {**ROOT_MAY_RUN, "ESPALIER_CACHE": str(folder / "cache")})
    rows, tasks = (exported(options.espalier, folder / "out", table) for table in ("final", "tasks"))
    accuracies = [{**row, "unit": row["units"] or row["tuned_unit"], "test_top1": row["test.top1"]} for row in rows]
    return {**times, "runs": len(rows), "test_top1": means_of(accuracies), "epochs": epochs_of(rows, tasks),
            "epoch_images": sum(int(task["epoch_images"]) for task in tasks)}


def epochs_of(rows, tasks):
    """Epochs of targets that were worked on; shared ones count once."""
    sizes = {row["task"]: int(row["per_class"]) * CLASSES for row in rows if row["per_class"]}
    return sum(int(task["epoch_images"]) // sizes[task["task"]] for task in tasks if task["task"] in sizes)


def run_loop(options, study, folder, name, extra):
    command = [options.python, HERE / f"{name.removesuffix('_no_stop')}.py", study, "--data-root", options.data_root,
               "--workers", str(options.workers), "--out", folder / "out.json", *extra]
    times = measured_times(command, {"PYTHONDONTWRITEBYTECODE": "1"})
    report = json.loads((folder / "out.json").read_text())
    return {**times, "runs": len(report["runs"]), "test_top1": means_of(report["runs"]), "epochs": report["epochs"],
            "epoch_images": report["epoch_images"] + report["source_epoch_images"], "seconds": report["seconds"]}


def means_of(rows):
    """{method: {"blurred, 3": mean test top-1}}; the untuned network has a target alone."""
    cells = {}
    for row in rows:
        method = f"{row['experiment']} {row['unit']}" if row["experiment"] in ("tune-one", "baselines") else row["experiment"]
        cell = row["target"] if method == "untuned" else f"{row['target']}, {row['per_class']}"
        cells.setdefault(method, {}).setdefault(cell, []).append(float(row["test_top1"]))
    return {method: {cell: statistics.mean(values) for cell, values in of.items()} for method, of in sorted(cells.items())}


def contenders(options):
    """{name: what runs it on a study in a folder}"""
    every = {name: lambda study, folder, extra=extra: run_espalier(options, study, folder, extra) for name, extra in ESPALIER.items()}
    every |= {name: lambda study, folder, name=name, extra=extra: run_loop(options, study, folder, name, extra)
              for name, extra in LOOPS.items()}
    return {name: run for name, run in every.items() if name in options.only}
