"""PyTorch's training step of a network described as JSON: the rival of executor-contender.ts, speaking the same lines.

Its faster settings throughout: channels_last, fused SGD, class indices as labels, gradients set to None.
Usage: python pytorch_contender.py '{"description": ..., "batch": 32, "threads": 1, "device": "cpu", "compile": false}'
"""
import json
import sys
import time

import torch
from torch import nn

request = json.loads(sys.argv[1])
description, batch, device = request["description"], request["batch"], request["device"]
torch.set_num_threads(request["threads"])
torch.set_num_interop_threads(1)
torch.manual_seed(1)
if device == "cuda":
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = request["precision"] == "tf32"
    torch.backends.cudnn.benchmark = True


def build():
    layers, channels, side = [], description["channels"], description["side"]
    features = None
    for layer in description["layers"]:
        kind = layer["kind"]
        if kind == "conv":
            stride = layer.get("stride", 1)
            layers.append(nn.Conv2d(channels, layer["filters"], layer["size"], stride, layer["pad"]))
            channels, side = layer["filters"], (side + 2 * layer["pad"] - layer["size"]) // stride + 1
        elif kind == "max-pool":
            layers.append(nn.MaxPool2d(layer["size"], layer["stride"]))
            side = (side - layer["size"]) // layer["stride"] + 1
        elif kind == "flatten":
            layers.append(nn.Flatten())
            features = channels * side * side
        elif kind == "dense":
            layers.append(nn.Linear(features, layer["units"]))
            features = layer["units"]
        else:
            raise SystemExit(f"Expected a layer of VGG, got {kind}.")
        if layer.get("relu"):
            layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


def wait():
    if device == "cuda":
        torch.cuda.synchronize()


start = time.perf_counter()
model = build().to(device=device, memory_format=torch.channels_last)
optimiser = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4, fused=True)
side, channels = description["side"], description["channels"]
images = (torch.rand(batch, channels, side, side, device=device) * 2 - 1).contiguous(memory_format=torch.channels_last)
labels = torch.arange(batch, device=device) % description["classes"]
loss_of = nn.CrossEntropyLoss()
forward = torch.compile(model) if request["compile"] else model


def step():
    optimiser.zero_grad(set_to_none=True)
    loss = loss_of(forward(images), labels)
    loss.backward()
    optimiser.step()
    return loss.item()


step()
wait()
name = "torch.compile" if request["compile"] else "eager"
print(json.dumps({"library": f"PyTorch {torch.__version__} {name}", "openMs": (time.perf_counter() - start) * 1e3}), flush=True)
for line in sys.stdin:
    ms = []
    for _ in range(int(line)):
        began = time.perf_counter()
        step()
        wait()
        ms.append((time.perf_counter() - began) * 1e3)
    print(json.dumps({"ms": ms}), flush=True)
