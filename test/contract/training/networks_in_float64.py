"""Reads networks as data from stdin, trains and tests them in double precision with PyTorch, and writes what came out.

Written from the papers' formulas and PyTorch's own layers; nothing here is shared with the program that is judged.
"""

import json
import sys

import torch
import torch.nn.functional as F

D = torch.float64


def tensor(value):
    return torch.tensor(value["data"], dtype=D).reshape(value["shape"])


def plain(value, known=None):
    """As JSON; None where a number is not `known`."""
    data = value.detach().reshape(-1).tolist()
    if known is not None:
        data = [number if sure else None for number, sure in zip(data, known.reshape(-1).tolist())]
    return {"shape": list(value.shape), "data": data}


def steady(objective, weights, decay):
    """Where an update does not hang on rounding: Adam divides a gradient by itself, whatever is left of one that cancels."""
    if objective["optimiser"] != "adam":
        return {}
    slope = lambda name, w: w.grad + decay * multipliers(objective, name)[1] * w
    return {name: slope(name, w).abs() > 1e-4 for name, w in weights.items()}


def lrn(layer, x):
    # PyTorch and Caffe divide alpha by the size; the description's multiplies the plain sum.
    return F.local_response_norm(x, layer["size"], layer["alpha"] * layer["size"], layer["beta"], layer["kappa"])


def max_pool(layer, x):
    ceil = layer.get("rounding", "floor") == "ceil"
    return F.max_pool2d(x, layer["size"], layer["stride"], layer.get("pad", 0), ceil_mode=ceil)


def forward(network, weights, images, masks, counts, dense=False):
    """Scores of every head. Maps are NCHW; a flatten reads them as NHWC. With `dense` fully connected layers slide."""
    known = {"image": images.permute(0, 3, 1, 2).contiguous()}
    previous = "image"
    window = (1, 1)
    for layer in network["layers"]:
        inputs = [known[name] for name in layer.get("from", [previous])]
        x, kind, name = inputs[0], layer["kind"], layer["name"]
        if kind in ("conv", "dense"):
            w, b = weights[name + "/kernel"], weights[name + "/bias"]
        if kind == "conv":
            w = w.permute(3, 2, 0, 1).contiguous()
            y = F.conv2d(x, w, b, layer.get("stride", 1), layer["pad"], 1, layer.get("groups", 1))
            counts[name] = (w.numel() + b.numel(), w[0].numel() * y[0].numel())
        elif kind == "dense" and x.dim() == 4:
            # A flat vector is [row, column, channel]; a filter of the map's size sees the same numbers.
            w4 = w.reshape(window[0], window[1], -1, layer["units"]).permute(3, 2, 0, 1).contiguous()
            y, window = F.conv2d(x, w4, b), (1, 1)
        elif kind == "dense":
            y = x @ w + b
            counts[name] = (w.numel() + b.numel(), w.numel())
        elif kind == "lrn":
            y = lrn(layer, x)
        elif kind == "max-pool":
            y = max_pool(layer, x)
        elif kind == "average-pool":
            y = F.avg_pool2d(x, layer["size"], layer["stride"])
        elif kind == "global-average-pool":
            y = x.mean((2, 3))
        elif kind == "concat":
            y = torch.cat(inputs, 1)
        elif kind == "flatten":
            if dense:
                y, window = x, network["windows"][name]
            else:
                network.setdefault("windows", {})[name] = x.shape[2:]
                y = x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)
        elif kind == "dropout":
            y = x
            if masks is not None:
                mask = tensor(masks[name])
                mask = mask.permute(0, 3, 1, 2) if mask.dim() == 4 else mask
                y = x * mask / (1 - layer["rate"])
        if layer.get("relu"):
            y = F.relu(y)
        known[name] = y
        previous = name
    heads = [previous] + [head["layer"] for head in network.get("auxiliaryHeads", [])]
    return [known[head] for head in heads]


def one_class(labels):
    return labels.argmax(1)


def softmax(s, labels):
    return F.cross_entropy(s, one_class(labels))


def signs(labels):
    return torch.where(labels > 0.75, 1.0, torch.where(labels < 0.25, -1.0, 0.0)).to(D)


def hinge(s, labels, power=1):
    y = signs(labels)
    return (((1 - y * s).clamp(min=0) ** power) * (y != 0)).sum() / len(s)


def weston_watkins(s, labels):
    return F.multi_margin_loss(s, one_class(labels)) * s.shape[1]


def crammer_singer(s, labels):
    total = 0
    for row, y in zip(s, one_class(labels).tolist()):
        others = torch.cat([row[:y], row[y + 1 :]])
        total = total + (others.max() - row[y] + 1).clamp(min=0)
    return total / len(s)


def ranking_hinge(s, labels):
    total, pairs = 0 * s.sum(), 0
    y = signs(labels)
    for c in range(s.shape[1]):
        for p in (y[:, c] == 1).nonzero().flatten():
            for n in (y[:, c] == -1).nonzero().flatten():
                total, pairs = total + (1 - s[p, c] + s[n, c]).clamp(min=0), pairs + 1
    return total / max(pairs, 1)


LOSSES = {
    "softmax": softmax,
    "hinge": hinge,
    "squared-hinge": lambda s, y: hinge(s, y, 2),
    "weston-watkins": weston_watkins,
    "crammer-singer": crammer_singer,
    "ranking-hinge": ranking_hinge,
}


def multipliers(objective, name):
    layer, role = name.split("/")
    own = lambda texts: float(dict(text.split("=") for text in texts).get(layer, 1))
    bias = role == "bias"
    rate = own(objective["layerRates"]) * (objective["biasRate"] if bias else 1)
    decay = own(objective["layerDecays"]) * (objective["biasDecay"] if bias else 1)
    return rate, decay


def renormalise(w, radius):
    rms = (w**2).mean((0, 1, 2), keepdim=True).sqrt()
    w.copy_(torch.where(rms > radius, w * radius / rms, w))


def train(case):
    network, objective = case["network"], case["objective"]
    loss_of = LOSSES[objective["loss"]]
    weights = {name: tensor(value).requires_grad_() for name, value in case["weights"].items()}
    velocity = {name: torch.zeros_like(value) for name, value in weights.items()}
    groups = []
    for name, value in weights.items():
        rate, decay = multipliers(objective, name)
        groups.append({"params": [value], "lr": 0.0, "rate": rate, "weight_decay": decay * case["weightDecay"]})
    adam = torch.optim.Adam(groups)
    losses, counts, first = [], {}, None
    with torch.no_grad():
        forward(network, weights, tensor(case["steps"][0]["images"]), None, {})
        dense = forward(network, weights, tensor(case["large"]), None, {}, dense=True)[0]
        dense = dense.mean((2, 3)) if dense.dim() == 4 else dense
    for step in case["steps"]:
        labels = tensor(step["labels"])
        heads = forward(network, weights, tensor(step["images"]), step["masks"], counts)
        loss = loss_of(heads[0], labels)
        for head, scores in zip(network.get("auxiliaryHeads", []), heads[1:]):
            loss = loss + head["lossWeight"] * loss_of(scores, labels)
        for value in weights.values():
            value.grad = None
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for name, value in weights.items():
                value.grad = torch.zeros_like(value) if value.grad is None else value.grad
            known = steady(objective, weights, case["weightDecay"])
            if objective["optimiser"] == "adam":
                for group in adam.param_groups:
                    group["lr"] = step["learningRate"] * group["rate"]
                adam.step()
            else:
                for name, w in weights.items():
                    rate, decay = multipliers(objective, name)
                    slope = w.grad + case["weightDecay"] * decay * w
                    velocity[name] = case["momentum"] * velocity[name] - step["learningRate"] * rate * slope
                    w += velocity[name]
            if objective["filterRadius"] > 0:
                for w in weights.values():
                    if w.dim() == 4:
                        renormalise(w, objective["filterRadius"])
        first = first or {name: plain(value, known.get(name)) for name, value in weights.items()}
    return {
        "losses": losses,
        "first": first,
        "last": first if len(losses) == 1 else {name: plain(value) for name, value in weights.items()},
        "dense": plain(dense),
        "parameters": sum(parameters for parameters, _ in counts.values()),
        "multiplyAccumulates": sum(products for _, products in counts.values()),
    }


def count(network):
    """Parameters and multiply-accumulates of a network of any size: nothing is computed on PyTorch's meta device."""
    with torch.device("meta"):
        side, channels = network["side"], network["channels"]
        weights, counts = {}, {}
        for name, shape in network["weights"].items():
            weights[name] = torch.empty(shape, dtype=D)
        forward(network, weights, torch.empty((1, side, side, channels), dtype=D), None, counts)
    return [sum(parameters for parameters, _ in counts.values()), sum(products for _, products in counts.values())]


asked = json.load(sys.stdin)
json.dump({"trained": [train(case) for case in asked["cases"]], "counted": [count(n) for n in asked["networks"]]}, sys.stdout)
