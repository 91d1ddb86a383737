"""A script that trains one network and writes one JSON: what script_pool.py calls once a run.

    one_job.py JOB.json    # {"context": {...}, "work": "pretrain" or "train_run", "item": split or run, "out": FILE}"""
import json
import sys
from pathlib import Path

import protocol
from grid import Run


def main():
    job = json.loads(Path(sys.argv[1]).read_text())
    context = protocol.Context(**job["context"])
    if job["work"] == "pretrain":
        done = protocol.pretrain(context, job["item"])
    else:
        done = protocol.train_run(context, Run(**job["item"]))
    Path(job["out"]).write_text(json.dumps(done))


if __name__ == "__main__":
    main()
