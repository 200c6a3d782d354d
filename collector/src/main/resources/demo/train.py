#!/usr/bin/env python3
"""A small segmentation job with the mistake that nnU-Net users meet, on synthetic images:  torchrun --nproc-per-node 2 train.py [--fix]

A U-Net with one segmentation head for each level of its decoder (deep supervision). The loss gives the coarsest head the weight 0, so its
parameters get no gradient, and DistributedDataParallel dies in the second step. With --fix the weight is 1e-6, and the job runs through.

Nothing here knows of Gradwatch.
"""
import argparse
import datetime

import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as functional
from torch.nn.parallel import DistributedDataParallel

CHANNELS = (8, 16, 32, 32)
IMAGE = 32
BATCH = 4


def block(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.InstanceNorm2d(outputs, affine=True), nn.LeakyReLU(0.01))


class Encoder(nn.Module):
    """Halves the image at each stage but the first; returns what every stage gives, finest first."""

    def __init__(self):
        super().__init__()
        pairs = zip((1,) + CHANNELS, CHANNELS)
        self.stages = nn.ModuleList(block(i, o, 1 if n == 0 else 2) for n, (i, o) in enumerate(pairs))

    def forward(self, x):
        skips = []
        for stage in self.stages:
            x = stage(x)
            skips.append(x)
        return skips


class Decoder(nn.Module):
    """Doubles the image at each stage, joins it with what the encoder saw there, and segments it. Returns all outputs, finest first."""

    def __init__(self, classes=2):
        super().__init__()
        below, here = CHANNELS[:0:-1], CHANNELS[-2::-1]
        self.transpconvs = nn.ModuleList(nn.ConvTranspose2d(b, h, 2, 2) for b, h in zip(below, here))
        self.stages = nn.ModuleList(block(2 * h, h) for h in here)
        self.seg_layers = nn.ModuleList(nn.Conv2d(h, classes, 1) for h in here)

    def forward(self, skips):
        x = skips[-1]
        outputs = []
        for up, stage, head, skip in zip(self.transpconvs, self.stages, self.seg_layers, skips[-2::-1]):
            x = stage(torch.cat((up(x), skip), 1))
            outputs.append(head(x))
        return outputs[::-1]


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x):
        return self.decoder(self.encoder(x))


def discs(generator):
    """Noisy images of one bright disc each (BATCH, 1, IMAGE, IMAGE), and where the disc is (BATCH, IMAGE, IMAGE)."""
    middle = torch.randint(8, IMAGE - 8, (BATCH, 2, 1, 1), generator=generator)
    radius = torch.randint(4, 8, (BATCH, 1, 1), generator=generator)
    y, x = torch.arange(IMAGE).view(1, IMAGE, 1), torch.arange(IMAGE).view(1, 1, IMAGE)
    inside = (y - middle[:, 0]) ** 2 + (x - middle[:, 1]) ** 2 < radius ** 2
    image = inside.float() + 0.3 * torch.randn(BATCH, IMAGE, IMAGE, generator=generator)
    return image.unsqueeze(1), inside.long()


def deep_supervision_loss(outputs, target, weights):
    """The weighted sum over the levels, each against the target at its own resolution; a level of weight 0 is not even computed."""
    total = 0.0
    for output, weight in zip(outputs, weights):
        if weight != 0:
            small = functional.interpolate(target[:, None].float(), output.shape[2:], mode="nearest")[:, 0].long()
            total = total + weight * functional.cross_entropy(output, small)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--fix", action="store_true", help="give the coarsest head the weight 1e-6 instead of 0")
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=60))
    net = DistributedDataParallel(UNet())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

    weights = [1 / 2 ** level for level in range(len(CHANNELS) - 1)]
    weights[-1] = 1e-6 if args.fix else 0
    generator = torch.Generator().manual_seed(dist.get_rank())
    for step in range(args.steps):
        images, target = discs(generator)
        optimizer.zero_grad()
        loss = deep_supervision_loss(net(images), target, weights)
        loss.backward()
        optimizer.step()
        if dist.get_rank() == 0 and (step < 2 or step % 10 == 9):
            print(f"step {step + 1}: loss {loss.item():.3f}", flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
