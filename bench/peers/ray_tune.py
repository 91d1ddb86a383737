"""How long does the same training function take under Ray Tune, one CPU per trial? Actors are reused, and nothing
is logged or kept that can be switched off."""
import contextlib
import logging
import os

os.environ |= {"TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1", "TUNE_GLOBAL_CHECKPOINT_S": "86400",
               "RAY_USAGE_STATS_ENABLED": "0", "RAY_AIR_NEW_OUTPUT": "0", "TUNE_MAX_PENDING_TRIALS_PG": "2"}

import ray                                      # noqa: E402  (reads the environment)
from ray import tune                            # noqa: E402

import peer                                     # noqa: E402


def trial(config, work, context):
    tune.report({"outcome": work(context, config["item"])})


def tuned(context, workers, work, items):
    trainable = tune.with_resources(tune.with_parameters(trial, work=work, context=context), {"cpu": 1})
    tuner = tune.Tuner(
        trainable, param_space={"item": tune.grid_search(list(items))},
        tune_config=tune.TuneConfig(max_concurrent_trials=workers, reuse_actors=True),
        run_config=tune.RunConfig(storage_path=context.folder, verbose=0, log_to_file=False,
                                  checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False)))
    results = tuner.fit()
    if results.errors:
        raise results.errors[0]
    return [result.metrics["outcome"] for result in results]


@contextlib.contextmanager
def ray_workers(context, workers):
    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield lambda work, items: tuned(context, workers, work, items)
    finally:
        ray.shutdown()


if __name__ == "__main__":
    peer.main("ray_tune", __doc__, ray_workers)
