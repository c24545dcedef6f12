"""Ray Tune's rate of trials that do nothing, or that sleep: ray_tune.py SLOTS TRIALS_FRESH TRIALS_REUSED SLEEP_S SLEEPERS

Two ways, the better counts: a function in fresh actors, and a class in actors that are used again (`reuse_actors`). Every slot
has its share of the machine's cores, so that as many trials run at once as at Tickwork's worker. Loggers, progress and usage
statistics are off: only its scheduling is measured.
"""
import json
import logging
import os
import sys
import tempfile
import time

os.environ.update(RAY_AIR_NEW_OUTPUT="0", TUNE_DISABLE_AUTO_CALLBACK_LOGGERS="1", RAY_USAGE_STATS_ENABLED="0")
try:
    import ray
    from ray import tune
except Exception as error:  # noqa: BLE001
    print(json.dumps({"why": f"this Python has no Ray Tune ({error})"}))
    raise SystemExit(0)

slots, fresh, reused, sleep, sleepers = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
cores = os.cpu_count()
ray.init(num_cpus=cores, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False, configure_logging=False)
storage = tempfile.mkdtemp(prefix="ray-bench-")


class Idle(tune.Trainable):
    def setup(self, config):
        self.seconds = config["sleep"]

    def step(self):
        time.sleep(self.seconds)
        return {"error": 12.5, "done": True}

    def reset_config(self, new_config):
        self.seconds = new_config["sleep"]
        return True

    def save_checkpoint(self, folder):
        return None

    def load_checkpoint(self, checkpoint):
        pass


def idle(config):
    time.sleep(config["sleep"])
    return {"error": 12.5}


def run(trainable, trials, sleep, reuse):
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": cores / slots}),
        param_space={"x": tune.grid_search(list(range(trials))), "sleep": sleep},
        tune_config=tune.TuneConfig(max_concurrent_trials=slots, reuse_actors=reuse),
        run_config=tune.RunConfig(storage_path=storage, verbose=0),
    )
    start = time.perf_counter()
    results = tuner.fit()
    seconds = time.perf_counter() - start
    assert len(results) == trials and results.num_errors == 0, (len(results), results.num_errors)
    return seconds


default_s = run(idle, fresh, 0.0, False)
reused_s = run(Idle, reused, 0.0, True)
answer = {
    "version": ray.__version__,
    "value": max(fresh / default_s, reused / reused_s),
    "defaultPerS": fresh / default_s,
    "reusedPerS": reused / reused_s,
    "trials": {"default": fresh, "reused": reused},
}
if sleepers > 0:
    seconds = run(Idle, sleepers, sleep, True)
    answer["sleeping"] = {"trials": sleepers, "seconds": seconds, "idealSeconds": -(-sleepers // slots) * sleep}
ray.shutdown()
print(json.dumps(answer))
