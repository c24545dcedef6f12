"""Trains a small convolutional network with PyTorch on Fashion-MNIST, as a command of a study.

It reads its parameters as JSON, reports after each epoch, keeps a checkpoint for the next attempt, and ends in order on SIGTERM."""
import argparse, gzip, json, os, pathlib, signal, sys
import torch
from torch import nn

options = argparse.ArgumentParser()
options.add_argument("--data", required=True, help="folder of the four .gz files of Fashion-MNIST, or of MNIST")
options = options.parse_args()
p = json.loads(pathlib.Path(os.environ["TICKWORK_PARAMETERS_FILE"]).read_text())  # The values of this cell, and "seed".
torch.manual_seed(p["seed"])


def load(kind, count):
    """Images as N x 1 x 28 x 28 of mean 0, and labels."""
    folder = pathlib.Path(options.data)
    with gzip.open(folder / f"{kind}-images-idx3-ubyte.gz") as file:
        images = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=16)[: count * 784]
    with gzip.open(folder / f"{kind}-labels-idx1-ubyte.gz") as file:
        labels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8, offset=8)[:count]
    return (images.reshape(-1, 1, 28, 28).float() / 255 - 0.286) / 0.353, labels.long()


def tell(line):
    with open(os.environ["TICKWORK_METRICS_FILE"], "a") as file:
        file.write(json.dumps(line) + "\n")


images, labels = load("train", p["trainImages"])
test_images, test_labels = load("t10k", p["testImages"])
device = "cuda" if torch.cuda.is_available() else "cpu"
net = nn.Sequential(
    nn.Conv2d(1, p["width"], 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(p["width"], 2 * p["width"], 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Dropout(p["dropout"]), nn.Linear(2 * p["width"] * 49, 10),
).to(device)
optimiser = torch.optim.SGD(net.parameters(), lr=p["learningRate"], momentum=0.9)

# The same directory for every attempt of the cell: one that was stopped goes on here.
checkpoint = pathlib.Path(os.environ["TICKWORK_CHECKPOINT_DIR"]) / "last.pt"
first = 1
if checkpoint.exists():
    saved = torch.load(checkpoint)
    net.load_state_dict(saved["net"]), optimiser.load_state_dict(saved["optimiser"])
    first = saved["epoch"] + 1
    print(f"going on after epoch {saved['epoch']}")

# Stopped or preempted: end at once, the last checkpoint is whole. Exit code 83 says "run me again"; the grace is in the study.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(83))


def evaluate():
    net.eval()
    with torch.no_grad():
        wrong = sum((net(x.to(device)).argmax(1).cpu() != y).sum().item() for x, y in zip(test_images.split(500), test_labels.split(500)))
    return 100 * wrong / len(test_labels)


for epoch in range(first, p["trainEpochs"] + 1):
    net.train()
    order, total = torch.randperm(len(images), generator=torch.Generator().manual_seed(1000 * p["seed"] + epoch)), 0.0
    for batch in order.split(p["batchSize"]):
        loss = nn.functional.cross_entropy(net(images[batch].to(device)), labels[batch].to(device))
        optimiser.zero_grad(), loss.backward(), optimiser.step()
        total += loss.item() * len(batch)
    error = evaluate()
    tell({"trainEpoch": epoch, "trainEpochs": p["trainEpochs"], "metrics": {"trainLoss": total / len(images), "testError": error}})
    draft = checkpoint.with_suffix(".draft")
    torch.save({"epoch": epoch, "net": net.state_dict(), "optimiser": optimiser.state_dict()}, draft)
    draft.replace(checkpoint)

tell({"result": {"testError": evaluate(), "parameters": sum(w.numel() for w in net.parameters())}})
