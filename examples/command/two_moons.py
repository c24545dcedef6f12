"""Trains a small network in plain Python, as a command of a study: nothing to install. What it needs comes in TICKWORK_* variables."""
import argparse, json, math, os, pathlib, random

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--hidden", type=int, required=True)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
rng = random.Random(options.seed)


def moon(n):
    """Two half circles that reach into each other, with noise: (x, y, class)."""
    points = []
    for i in range(n):
        angle, upper = rng.uniform(0, math.pi), i % 2
        x, y = (math.cos(angle), math.sin(angle)) if upper else (1 - math.cos(angle), 0.5 - math.sin(angle))
        points.append((x + rng.gauss(0, 0.15), y + rng.gauss(0, 0.15), upper))
    return points


train, test = moon(200), moon(200)
net = [[rng.gauss(0, 1), rng.gauss(0, 1), 0.0, rng.gauss(0, 0.5)] for _ in range(options.hidden)]  # x, y, bias, output
bias = 0.0


def forward(x, y):
    hidden = [math.tanh(u[0] * x + u[1] * y + u[2]) for u in net]
    score = sum(u[3] * h for u, h in zip(net, hidden)) + bias
    return hidden, 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def error(points):
    return 100 * sum((forward(x, y)[1] > 0.5) != bool(label) for x, y, label in points) / len(points)


def tell(line):
    """One JSON line; without Tickwork there is no file, and the program runs all the same."""
    if "TICKWORK_METRICS_FILE" in os.environ:
        with open(os.environ["TICKWORK_METRICS_FILE"], "a") as file:
            file.write(json.dumps(line) + "\n")


# A trial that was interrupted goes on from here: the directory is the same for every attempt.
checkpoint = pathlib.Path(os.environ.get("TICKWORK_CHECKPOINT_DIR", ".")) / "two_moons.json"
first = 1
if "TICKWORK_CHECKPOINT_DIR" in os.environ and checkpoint.exists():
    first, net, bias = json.loads(checkpoint.read_text())
    print(f"going on with epoch {first}")

for epoch in range(first, options.epochs + 1):
    rng.seed(f"{options.seed} {epoch}")
    for x, y, label in rng.sample(train, len(train)):
        hidden, p = forward(x, y)
        wrong = p - label
        for u, h in zip(net, hidden):
            back = wrong * u[3] * (1 - h * h)
            u[3] -= options.lr * wrong * h
            u[0], u[1], u[2] = u[0] - options.lr * back * x, u[1] - options.lr * back * y, u[2] - options.lr * back
        bias -= options.lr * wrong
    tell({"trainEpoch": epoch, "trainEpochs": options.epochs, "metrics": {"trainError": error(train), "testError": error(test)}})
    if "TICKWORK_CHECKPOINT_DIR" in os.environ:
        draft = checkpoint.with_suffix(".draft")
        draft.write_text(json.dumps([epoch + 1, net, bias]))
        draft.replace(checkpoint)

tell({"result": {"trainError": error(train), "testError": error(test)}})
print(f"test error {error(test):.1f} %")
