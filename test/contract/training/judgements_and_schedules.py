"""Judges votes by the definitions, in plain Python, and follows PyTorch's learning-rate schedules. JSON in, JSON out."""

import json
import sys
import warnings

import torch
from torch.optim import lr_scheduler

warnings.filterwarnings("ignore")


def average_precision(scores, relevance):
    """PASCAL VOC 2007's, as its development kit's VOCevaldet has it: maxima over recalls of at least t, for t in 0, 0.1, ..., 1."""
    ranked = [r for _, r in sorted(zip(scores, relevance), key=lambda pair: -pair[0]) if r != 0]
    total = ranked.count(1)
    if total == 0:
        return None
    found, points = 0, []
    for place, relevant in enumerate(ranked, 1):
        found += relevant == 1
        points.append((found / total, found / place))
    best = [max([p for recall, p in points if recall >= t / 10 - 1e-9], default=0) for t in range(11)]
    return 100 * sum(best) / 11


def judge(case):
    votes, labels, classes = case["votes"], case["labels"], case["classes"]
    order = [sorted(range(classes), key=lambda c: (-row[c], c)) for row in votes]
    errors = {k: 100 * sum(y not in o[:k] for o, y in zip(order, labels)) / len(labels) for k in (1, 2, 3, 5) if k < classes}
    confusion = [[sum(y == t and o[0] == p for o, y in zip(order, labels)) for p in range(classes)] for t in range(classes)]
    recall = [100 * row[t] / sum(row) if sum(row) else None for t, row in enumerate(confusion)]
    single = [[1 if y == c else -1 for y in labels] for c in range(classes)]
    several = [[row[c] for row in case["targets"]] for c in range(classes)]
    columns = [[row[c] for row in votes] for c in range(classes)]
    return {
        "topErrors": errors,
        "recall": recall,
        "precision": [average_precision(*pair) for pair in zip(columns, single)],
        "severalPrecision": [average_precision(*pair) for pair in zip(columns, several)],
    }


def schedule(case):
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=case["learningRate"])
    per_epoch, kind = case["stepsPerEpoch"], case["schedule"]
    steps = per_epoch * case["trainEpochs"]
    follow = {
        "step": lambda: lr_scheduler.StepLR(optimiser, case["scheduleEvery"] * per_epoch, case["scheduleFactor"]),
        "poly": lambda: lr_scheduler.PolynomialLR(optimiser, steps, case["schedulePower"]),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimiser, steps),
        "constant": lambda: lr_scheduler.ConstantLR(optimiser, 1.0),
        # PyTorch waits for one bad epoch more than its patience.
        "plateau": lambda: lr_scheduler.ReduceLROnPlateau(
            optimiser, "min", case["scheduleFactor"], case["schedulePatience"] - 1, 0, "abs", eps=0
        ),
    }[kind]()
    rates = []
    for step in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if kind != "plateau":
            follow.step()
        elif (step + 1) % per_epoch == 0:
            follow.step(case["watched"][step // per_epoch])
    return rates


asked = json.load(sys.stdin)
json.dump({"judged": [judge(c) for c in asked["judged"]], "rates": [schedule(c) for c in asked["rates"]]}, sys.stdout)
