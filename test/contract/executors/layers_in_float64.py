"""Reads layers from stdin as JSON, writes their outputs and gradients in double precision: the reference is PyTorch."""

import json
import sys

import torch
import torch.nn.functional as F


def images(tensor):
    return tensor.permute(0, 3, 1, 2).contiguous()


def padded(x, pad, value=0.0):
    top, bottom, left, right = pad
    return F.pad(images(x), (left, right, top, bottom), value=value)


def convolution(layer, x, w):
    x = padded(x, layer["pad"])
    y = F.conv2d(x, w.permute(3, 2, 0, 1).contiguous(), None, layer["strides"], 0, layer["dilations"], layer["groups"])
    return y.permute(0, 2, 3, 1)


def transposed(layer, x, w):
    y = F.conv_transpose2d(images(x), w.permute(3, 2, 0, 1).contiguous(), None, layer["strides"])
    return y.permute(0, 2, 3, 1)


def max_pool(layer, x):
    y = F.max_pool2d(padded(x, layer["pad"], float("-inf")), layer["size"], layer["strides"])
    return y.permute(0, 2, 3, 1)


def avg_pool(layer, x):
    def mean(maps):
        return F.avg_pool2d(padded(maps, layer["pad"]), layer["size"], layer["strides"])

    return (mean(x) / mean(torch.ones_like(x))).permute(0, 2, 3, 1)


def local_response(layer, x):
    size = 2 * layer["radius"] + 1
    y = F.local_response_norm(images(x), size, layer["alpha"] * size, layer["beta"], layer["bias"])
    return y.permute(0, 2, 3, 1)


def batch_norm(layer, x, scale, offset):
    return F.batch_norm(images(x), None, None, scale, offset, True, 0.0, layer["epsilon"]).permute(0, 2, 3, 1)


def resize(layer, x):
    y = F.interpolate(images(x), layer["target"], mode="bilinear", align_corners=True)
    return y.permute(0, 2, 3, 1)


def activations(_, x):
    parts = [F.elu(x), F.selu(x), F.softplus(x), F.leaky_relu(x, 0.2), F.relu6(4 * x), torch.expm1(x), torch.atan(x)]
    return torch.stack(parts)


LAYERS = {f.__name__: f for f in (convolution, transposed, max_pool, avg_pool, local_response, batch_norm, resize, activations)}


def run(layer):
    operands = [
        torch.tensor(o["data"], dtype=torch.float64).reshape(o["shape"]).requires_grad_() for o in layer["operands"]
    ]
    y = LAYERS[layer["kind"]](layer, *operands)
    weights = torch.sin(torch.arange(1, y.numel() + 1, dtype=torch.float64)).reshape(y.shape)
    gradients = torch.autograd.grad((y * weights).sum(), operands)
    return [{"shape": list(t.shape), "data": t.detach().reshape(-1).tolist()} for t in (y, *gradients)]


json.dump([run(layer) for layer in json.load(sys.stdin)], sys.stdout)
