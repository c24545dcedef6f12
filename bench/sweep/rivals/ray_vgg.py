"""The trials of `npm run bench -- sweep` under Ray Tune with PyTorch: ray_vgg.py '{"trials": [...], "folder": ..., "workers": 2, "reuseActors": true}'

Each trial does what Tickwork's does: images scaled to S, random crops and mirror images, SGD with momentum and weight decay for one
epoch, the centre crop of every test image after it, and both mirror images in the final test. PyTorch's faster settings: channels_last,
fused SGD, the images in memory, scaled once for each actor. With `"reuseActors": true` actors are used again, so that a process imports
PyTorch once; without it, as by default, each trial has a new one. No loggers, no progress. The clock starts when Ray stands, and stops when
`fit` returns.
"""
import gzip
import json
import logging
import os
import sys
import tempfile
import time

os.environ.update(RAY_AIR_NEW_OUTPUT="0", TUNE_DISABLE_AUTO_CALLBACK_LOGGERS="1", RAY_USAGE_STATS_ENABLED="0")
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
try:
    import ray
    import torch
    from ray import tune
except Exception as error:  # noqa: BLE001
    print(json.dumps({"why": f"this Python has no Ray Tune with PyTorch ({error})"}))
    raise SystemExit(0)

request = json.loads(sys.argv[1])
workers = request["workers"]
ray.init(num_cpus=workers, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False, configure_logging=False)


class Vgg(tune.Trainable):
    def setup(self, config):
        import torch

        torch.set_num_threads(1)
        self.trial = config["trial"]
        self.images = {}

    def reset_config(self, new_config):
        self.trial = new_config["trial"]
        return True

    def load(self, kind, count, scale):
        import numpy
        import torch
        from torch.nn import functional

        key = (kind, scale)
        if key not in self.images:
            names = {"train": "train", "test": "t10k"}
            folder = request["folder"]
            with gzip.open(f"{folder}/{names[kind]}-images-idx3-ubyte.gz") as file:
                pixels = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
            with gzip.open(f"{folder}/{names[kind]}-labels-idx1-ubyte.gz") as file:
                labels = torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=8).astype("int64"))
            scaled = torch.from_numpy(pixels.copy()).float().sub_(72.9).div_(90.0)
            scaled = functional.interpolate(scaled, size=(scale, scale), mode="bilinear", align_corners=False)
            self.images[key] = (scaled, labels)
        return self.images[key]

    def build(self, description):
        from torch import nn

        layers, channels, side, features = [], description["channels"], description["side"], None
        for layer in description["layers"]:
            kind = layer["kind"]
            if kind == "conv":
                layers.append(nn.Conv2d(channels, layer["filters"], layer["size"], layer.get("stride", 1), layer["pad"]))
                channels, side = layer["filters"], side + 2 * layer["pad"] - layer["size"] + 1
            elif kind == "lrn":
                n = layer["size"]
                layers.append(nn.LocalResponseNorm(n, layer["alpha"] * n, layer["beta"], layer["kappa"]))
            elif kind == "max-pool":
                layers.append(nn.MaxPool2d(layer["size"], layer["stride"]))
                side = (side - layer["size"]) // layer["stride"] + 1
            elif kind == "flatten":
                layers.append(nn.Flatten())
                features = channels * side * side
            elif kind == "dense":
                layers.append(nn.Linear(features, layer["units"]))
                features = layer["units"]
            elif kind == "dropout":
                layers.append(nn.Dropout(layer["rate"]))
            if layer.get("relu"):
                layers.append(nn.ReLU(inplace=True))
        model = nn.Sequential(*layers)
        for module in model:
            if hasattr(module, "weight"):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        return model.to(memory_format=__import__("torch").channels_last)

    def step(self):
        import torch
        from torch import nn

        begun = time.time()
        trial = self.trial
        torch.manual_seed(trial["seed"])
        images, labels = self.load("train", 60000, trial["trainScale"])
        chosen = torch.randperm(len(images))[: trial["trainImages"]]
        model = self.build(trial["description"])
        optimiser = torch.optim.SGD(
            model.parameters(), lr=trial["learningRate"], momentum=trial["momentum"], weight_decay=trial["weightDecay"], fused=True
        )
        loss_of, batch, side = nn.CrossEntropyLoss(), trial["batchSize"], 28
        room = trial["trainScale"] - side + 1
        steps = trial["trainImages"] // batch
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps * trial["trainEpochs"])
        model.train()
        for _ in range(trial["trainEpochs"]):
            order = chosen[torch.randperm(len(chosen))]
            for start in range(0, steps * batch, batch):
                of = order[start : start + batch]
                top, left = torch.randint(room, (2, batch)).tolist()
                crops = torch.stack([images[i, :, y : y + side, x : x + side] for i, y, x in zip(of, top, left)])
                mirrored = torch.rand(batch) < 0.5
                crops[mirrored] = crops[mirrored].flip(-1)
                optimiser.zero_grad(set_to_none=True)
                loss = loss_of(model(crops.contiguous(memory_format=torch.channels_last)), labels[of])
                loss.backward()
                optimiser.step()
                schedule.step()
        tests, truth = self.load("test", 10000, trial["testScale"])
        count, at = trial["testImages"], (trial["testScale"] - side) // 2
        model.eval()
        with torch.inference_mode():
            wrong = 0
            for flips in ((False,), (False, True)):
                wrong = 0
                for start in range(0, count, batch):
                    crops = tests[start : min(start + batch, count), :, at : at + side, at : at + side]
                    views = [crops.flip(-1) if flip else crops for flip in flips]
                    votes = sum(model(v.contiguous(memory_format=torch.channels_last)).softmax(1) for v in views)
                    wrong += (votes.argmax(1) != truth[start : start + len(crops)]).sum().item()
        return {"testError": 100 * wrong / count, "begun": begun, "ended": time.time(), "done": True}

    def save_checkpoint(self, folder):
        return None

    def load_checkpoint(self, checkpoint):
        pass


tuner = tune.Tuner(
    tune.with_resources(Vgg, {"cpu": 1}),
    param_space={"trial": tune.grid_search(request["trials"])},
    tune_config=tune.TuneConfig(max_concurrent_trials=workers, reuse_actors=request["reuseActors"]),
    run_config=tune.RunConfig(storage_path=tempfile.mkdtemp(prefix="ray-bench-"), verbose=0),
)
start = time.perf_counter()
results = tuner.fit()
seconds = time.perf_counter() - start
assert len(results) == len(request["trials"]) and results.num_errors == 0, (len(results), results.num_errors)
inside = sum(result.metrics["ended"] - result.metrics["begun"] for result in results)
errors = [round(result.metrics["testError"], 2) for result in results]
answer = {"version": ray.__version__, "value": round(seconds, 3), "torch": torch.__version__, "slotUse": round(inside / (workers * seconds), 3), "testErrors": errors}
ray.shutdown()
print(json.dumps(answer))
