"""How long does it take as most people do it: a training script, started anew for every run, a few at a time?"""
import contextlib
import itertools
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, is_dataclass
from pathlib import Path

import peer

SCRIPT = Path(__file__).with_name("one_job.py")
numbers = itertools.count()


def run_script(context, work, item):
    """One process, which reads the images and its source, trains, evaluates and writes its JSON."""
    job = Path(context.folder) / f"job-{next(numbers)}.json"
    out = job.with_suffix(".out.json")
    job.write_text(json.dumps({"context": asdict(context), "work": work.__name__,
                               "item": asdict(item) if is_dataclass(item) else item, "out": str(out)}))
    subprocess.run([sys.executable, SCRIPT, job], check=True)
    return json.loads(out.read_text())


@contextlib.contextmanager
def scripts(context, workers):
    with ThreadPoolExecutor(workers) as pool:
        yield lambda work, items: list(pool.map(lambda item: run_script(context, work, item), items))


if __name__ == "__main__":
    peer.main("script_pool", __doc__, scripts)
