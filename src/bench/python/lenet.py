#!/usr/bin/env python3
"""Trains and runs lenet with PyTorch the way `gabor bench` does, so that both can be timed in one run on one machine.

The same net, data, batch, optimizer and precision: MNIST on the device as bytes, batches gathered there by index,
normalised, softmax cross-entropy, Adam at 0.001, float32 without TF32 unless asked for. Two ways: eager, and (on a GPU)
the whole step as a CUDA graph. Prints images/s, the median of several rounds, and writes them as JSON.

    python3 src/bench/python/lenet.py --data $GABOR_DATA/mnist --batch 64 --json pytorch.json
"""

import argparse
import gzip
import json
import pathlib
import statistics
import time

import numpy
import torch
from torch import nn


def idx(path, offset):
    data = gzip.open(path).read() if path.exists() else path.with_suffix("").read_bytes()
    return torch.from_numpy(numpy.frombuffer(data, dtype=numpy.uint8, offset=offset).copy())


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


class Bench:
    def __init__(self, device, images, labels, batch):
        self.device, self.images, self.labels, self.batch = device, images, labels, batch
        self.net = lenet().to(device)
        self.loss = nn.CrossEntropyLoss()
        gpu = device.type == "cuda"
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.001, capturable=gpu)
        self.order = torch.randperm(len(images), device=device)
        self.index = self.order[:batch].clone()
        self.position = 0

    def step(self):
        x = (self.images[self.index].float() / 255 - 0.1307) / 0.3081
        self.optimizer.zero_grad(set_to_none=False)
        self.loss(self.net(x), self.labels[self.index]).backward()
        self.optimizer.step()

    def infer(self):
        with torch.no_grad():
            self.net((self.images[self.index].float() / 255 - 0.1307) / 0.3081)

    def advance(self):
        self.position = (self.position + self.batch) % (len(self.order) - self.batch)
        self.index.copy_(self.order[self.position:self.position + self.batch])

    def graphed(self, run):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(5):
                run()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            run()
        return graph.replay


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def rate(bench, run, seconds, rounds):
    for _ in range(20):
        bench.advance()
        run()
    synchronize(bench.device)
    rates = []
    for _ in range(rounds):
        steps = 0
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            for _ in range(20):
                bench.advance()
                run()
            steps += 20
            synchronize(bench.device)
        rates.append(steps * bench.batch / (time.perf_counter() - start))
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with the four MNIST files")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, help="CPU threads")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tf32", action="store_true", help="let matrix products and convolutions use TF32")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = args.tf32
    torch.backends.cudnn.allow_tf32 = args.tf32
    torch.backends.cudnn.benchmark = True
    device = torch.device(args.device)
    images = idx(args.data / "train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28).to(device)
    labels = idx(args.data / "train-labels-idx1-ubyte.gz", 8).long().to(device)
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    print(f"PyTorch {torch.__version__}, {name}, batch {args.batch}, {'TF32' if args.tf32 else 'float32'}")
    rows = []
    for phase in ("train", "infer"):
        for way in ("eager", "graph") if device.type == "cuda" else ("eager",):
            bench = Bench(device, images, labels, args.batch)
            run = bench.step if phase == "train" else bench.infer
            rates = rate(bench, bench.graphed(run) if way == "graph" else run, args.seconds, args.rounds)
            median = statistics.median(rates)
            print(f"{phase:5} {way:5} {median:12,.0f} images/s  ({min(rates):,.0f} to {max(rates):,.0f})")
            rows.append({"phase": phase, "way": way, "batch": args.batch, "imagesPerSecond": median,
                         "min": min(rates), "max": max(rates), "tf32": args.tf32})
    if args.json:
        args.json.write_text(json.dumps({"torch": torch.__version__, "device": name, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
