"""How long does it take under submitit, whose local executor stands for a batch system's job array? One process a run;
since that executor starts whatever it is given at once, runs are handed to it as places fall free."""
import contextlib
import os
import time
from pathlib import Path

import submitit

import peer

POLL_S = 0.02
NO_LIMIT_MIN = 24 * 60


def submitted(executor, workers, context, work, items):
    waiting, running, results = list(items)[::-1], [], []
    while waiting or running:
        while waiting and len(running) < workers:
            running.append(executor.submit(work, context, waiting.pop()))
        time.sleep(POLL_S)
        done = [job for job in running if job.done()]
        results += [job.result() for job in done]
        running = [job for job in running if job not in done]
    return results


@contextlib.contextmanager
def local_jobs(context, workers):
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)    # a job is a process of its own, started elsewhere
    executor = submitit.LocalExecutor(folder=Path(context.folder) / "jobs")
    executor.update_parameters(timeout_min=NO_LIMIT_MIN)
    yield lambda work, items: submitted(executor, workers, context, work, items)


if __name__ == "__main__":
    peer.main("submitit_local", __doc__, local_jobs)
