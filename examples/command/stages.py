"""Three stages, each a trial of its own: a line is fitted roughly, fitted on at several rates, and the best fit is tested.

Nothing but Python. What a trial leaves in TICKWORK_OUTPUT_DIR is there for those that wait for it: TICKWORK_UPSTREAM_DIR is the
folder of the one that it has waited for, and TICKWORK_UPSTREAMS_FILE lists all of them with their parameters and metrics.
"""

import json
import os
import random

parameters = json.loads(os.environ["TICKWORK_PARAMETERS"])
stage = parameters["stage"]
rng = random.Random(parameters["seed"])
truth = [rng.gauss(0, 1) for _ in range(parameters["width"])]


def points(count, noise):
    for _ in range(count):
        x = [rng.gauss(0, 1) for _ in truth]
        yield x, sum(a * b for a, b in zip(truth, x)) + rng.gauss(0, noise)


def fit(weights, count, rate):
    for x, y in points(count, 0.1):
        error = sum(a * b for a, b in zip(weights, x)) - y
        weights = [w - rate * error * a for w, a in zip(weights, x)]
    return weights


def squared_error(weights):
    errors = [(sum(a * b for a, b in zip(weights, x)) - y) ** 2 for x, y in points(200, 0)]
    return sum(errors) / len(errors)


def leave(weights):
    with open(os.path.join(os.environ["TICKWORK_OUTPUT_DIR"], "weights.json"), "w") as file:
        json.dump(weights, file)


def left_in(folder):
    with open(os.path.join(folder, "weights.json")) as file:
        return json.load(file)


if stage == "pretrain":
    weights = fit([0.0] * len(truth), 20, 0.05)
    leave(weights)
elif stage == "tune":
    weights = fit(left_in(os.environ["TICKWORK_UPSTREAM_DIR"]), 100, parameters["rate"])
    leave(weights)
else:
    with open(os.environ["TICKWORK_UPSTREAMS_FILE"]) as file:
        upstreams = json.load(file)
    best = min(upstreams, key=lambda upstream: upstream["metrics"]["squaredError"])
    print("the best rate was", best["parameters"]["rate"])
    weights = left_in(best["outputDir"])

with open(os.environ["TICKWORK_METRICS_FILE"], "a") as file:
    file.write(json.dumps({"result": {"squaredError": squared_error(weights)}}) + "\n")
