#!/usr/bin/env python3
"""More small, real DDP jobs: those that must stay quiet, and troubles in the shapes that users bring them.

    torchrun --nproc-per-node 2 more.py gan --mode default --steps 6

Same form as scenarios.py beside it; what each must give is in more-expected.json.
"""
import argparse
import contextlib
import copy
import datetime
import io
import random
import time
import warnings

import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.checkpoint import checkpoint

warnings.filterwarnings("ignore")
MODES = {"default": {}, "find": {"find_unused_parameters": True}, "static": {"static_graph": True}}


def loop(ddp, steps, batch, loss_of=lambda y: y.pow(2).mean(), rate=0.01, before=None, optimizer=None):
    """The plain training loop of most jobs here; batch(step) gives the input, before(step) runs first."""
    optimizer = optimizer or torch.optim.SGD([p for p in ddp.parameters() if p.requires_grad], lr=rate)
    for step in range(steps):
        if before:
            before(step)
        optimizer.zero_grad()
        loss_of(ddp(batch(step))).backward()
        optimizer.step()


def noise(*shape):
    return lambda step: torch.randn(*shape)


def mlp(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 8), nn.LeakyReLU(0.2), nn.Linear(8, outputs))


class Heads(nn.Module):
    """A body and named heads; route picks what is returned."""

    def __init__(self, *heads):
        super().__init__()
        self.body = nn.Linear(4, 4)
        self.heads = nn.ModuleDict({name: nn.Linear(4, 1) for name in heads})
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.route(torch.tanh(self.body(x)), self.calls - 1)

    def route(self, h, call):
        return sum(head(h) for head in self.heads.values())


def gan(wrap, steps):
    generator, discriminator = wrap(mlp(2, 4)), wrap(mlp(4, 1))
    g = torch.optim.Adam(generator.parameters(), lr=1e-4)
    d = torch.optim.Adam(discriminator.parameters(), lr=1e-4)
    for _ in range(steps):
        fake = generator(torch.randn(8, 2))
        d.zero_grad()
        both = discriminator(torch.cat([torch.randn(8, 4), fake.detach()]))
        both[:8].mean().sub(both[8:].mean()).pow(2).add(both.pow(2).mean()).backward()
        d.step()
        g.zero_grad()
        discriminator(fake).pow(2).mean().backward()
        g.step()


class Lora(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(4, 4)
        self.base.requires_grad_(False)
        self.lora_A = nn.Linear(4, 2, bias=False)
        self.lora_B = nn.Linear(2, 4, bias=False)
        nn.init.zeros_(self.lora_B.weight)

    def forward(self, x):
        return self.base(x) + self.lora_B(self.lora_A(x))


def lora(wrap, steps):
    loop(wrap(nn.Sequential(Lora(), Lora())), steps, noise(8, 4), rate=0.1)


class ModulesToSave(nn.Module):
    """As PEFT's ModulesToSaveWrapper: the original stays in the model, trainable, and a copy of it is called."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 4)
        self.classifier = nn.Module()
        self.classifier.original_module = nn.Linear(4, 1)
        self.classifier.modules_to_save = nn.ModuleDict({"default": nn.Linear(4, 1)})

    def forward(self, x):
        return self.classifier.modules_to_save["default"](self.body(x))


def modules_to_save(wrap, steps):
    loop(wrap(ModulesToSave()), steps, noise(8, 4))


class Moe(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(4, 4, bias=False)
        self.experts = nn.ModuleList(nn.Linear(4, 4) for _ in range(4))

    def forward(self, x):
        weights, chosen = self.gate(x).softmax(-1).max(-1)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            mask = chosen == i
            if mask.any():
                out[mask] = weights[mask].unsqueeze(-1) * expert(x[mask])
        return out


def moe(wrap, steps):
    loop(wrap(Moe()), steps, noise(3, 4), rate=0.001)


class TiedLm(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(16, 8)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.lm_head = nn.Linear(8, 16, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, ids):
        return self.lm_head(self.block(self.wte(ids)))


def tied_lm(wrap, steps):
    loop(wrap(TiedLm()), steps, lambda step: torch.randint(16, (4, 6)), lambda y: F.cross_entropy(y.flatten(0, 1), torch.randint(16, (24,))))


def aux_outputs(wrap, steps):
    class Detr(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
            self.class_embed = nn.Linear(4, 2)
            self.bbox_embed = mlp(4, 4)

        def forward(self, x):
            hidden = []
            for layer in self.layers:
                x = torch.relu(layer(x)) + x
                hidden.append(x)
            out = [{"logits": self.class_embed(h), "boxes": self.bbox_embed(h)} for h in hidden]
            return {**out[-1], "aux_outputs": out[:-1]}

    def total(y):
        return sum(o["logits"].pow(2).mean() + o["boxes"].abs().mean() for o in [y] + y["aux_outputs"])

    loop(wrap(Detr()), steps, noise(8, 4), total)


class LayerDrop(nn.Module):
    def __init__(self, seed):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(4))
        self.dice = random.Random(seed)

    def forward(self, x):
        kept = [layer for layer in self.layers if self.dice.random() > 0.3] or [self.layers[0]]
        for layer in kept:
            x = torch.tanh(layer(x)) + x
        return x


def layerdrop_alike(wrap, steps):
    loop(wrap(LayerDrop(3)), steps, noise(8, 4))


def layerdrop_by_rank(wrap, steps):
    loop(wrap(LayerDrop(3 + dist.get_rank())), steps, noise(8, 4))


def accumulation(wrap, steps):
    ddp = wrap(Heads("a", "b"))
    optimizer = torch.optim.AdamW(ddp.parameters(), lr=1e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        for micro in range(4):
            with ddp.no_sync() if micro < 3 else contextlib.nullcontext():
                (ddp(torch.randn(8, 4)).pow(2).mean() / 4).backward()
        torch.nn.utils.clip_grad_norm_(ddp.parameters(), 1.0)
        optimizer.step()


def frozen_backbone(wrap, steps):
    model = Heads("a")
    model.body.requires_grad_(False)
    loop(wrap(model), steps, noise(8, 4))


def frozen_norms(wrap, steps):
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
    model[1].requires_grad_(False)
    model[1].eval()
    loop(wrap(model), steps, noise(8, 4))


def batch_norm(wrap, steps):
    loop(wrap(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))), steps,
         noise(8, 1, 8, 8), lambda y: F.cross_entropy(y, torch.randint(2, (8,))))


def evaluation_between(wrap, steps):
    ddp = wrap(Heads("a", "b"))

    def evaluate(step):
        if step % 2:
            ddp.eval()
            with torch.no_grad():
                ddp(torch.randn(8, 4))
            ddp.module(torch.randn(8, 4))
            ddp.train()

    loop(ddp, steps, noise(8, 4), before=evaluate)


def two_backwards(wrap, steps):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = nn.Linear(4, 1), nn.Linear(4, 1)

        def forward(self, x):
            return self.left(x), self.right(x)

    ddp = wrap(Two())
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        left, right = ddp(torch.randn(8, 4))
        left.pow(2).mean().backward()
        right.pow(2).mean().backward()
        optimizer.step()


def copies_and_saves(wrap, steps):
    ddp = wrap(Heads("a", "b"))
    average = copy.deepcopy(ddp.module)

    def save(step):
        torch.save(ddp.state_dict(), io.BytesIO())
        torch.save(ddp.module, io.BytesIO())
        torch.save(ddp, io.BytesIO())
        copy.deepcopy(ddp.module)(torch.randn(2, 4))
        with torch.no_grad():
            for old, new in zip(average.parameters(), ddp.module.parameters()):
                old.lerp_(new, 0.1)

    loop(ddp, steps, noise(8, 4), before=save)


def grad_scaler(wrap, steps):
    ddp = wrap(Heads("a", "b"))
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu", init_scale=3e38, growth_interval=1000)
    for _ in range(steps):
        optimizer.zero_grad()
        scaler.scale(ddp(torch.randn(8, 4)).pow(2).mean() * 10).backward()
        scaler.step(optimizer)
        scaler.update()


def sparse_embedding(wrap, steps):
    class Bag(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.EmbeddingBag(32, 4, sparse=True)
            self.out = nn.Linear(4, 1)

        def forward(self, ids):
            return self.out(self.table(ids))

    loop(wrap(Bag()), steps, lambda step: torch.randint(32, (8, 3)))


def user_error(wrap, steps):
    def fail(step):
        if step == 3 and dist.get_rank() == 1:
            raise ValueError("label 7 is not in 0..3")

    loop(wrap(Heads("a")), steps, noise(8, 4), before=fail)


def caught_error(wrap, steps):
    def stumble(step):
        with contextlib.suppress(RuntimeError):
            torch.zeros(2, requires_grad=True).backward()

    loop(wrap(Heads("a", "b")), steps, noise(8, 4), before=stumble)


def no_targets(wrap, steps):
    """A batch without targets on one rank, long after the start: the box head goes unused there."""
    class Detector(Heads):
        def route(self, h, call):
            y = self.heads["score"](h)
            return y if call == steps - 2 and dist.get_rank() == 1 else y + self.heads["box"](h)

    loop(wrap(Detector("score", "box")), steps, noise(8, 4))


def skipped_late(wrap, steps):
    """The same on every rank."""
    class Skips(Heads):
        def route(self, h, call):
            y = self.heads["score"](h)
            return y if call == steps - 2 else y + self.heads["box"](h)

    loop(wrap(Skips("score", "box")), steps, noise(8, 4))


def many_unused(wrap, steps):
    class Many(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(4, 1)
            self.unused = nn.ModuleList(nn.Linear(2, 2) for _ in range(80))

        def forward(self, x):
            return self.body(x)

    loop(wrap(Many()), steps, noise(8, 4))


def unused_attention(wrap, steps):
    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
            self.out = nn.Linear(4, 1)

        def forward(self, x):
            self.attention(x, x, x)
            return self.out(x)

    loop(wrap(Attends()), steps, noise(8, 3, 4))


def unused_token(wrap, steps):
    class Token(nn.Module):
        def __init__(self):
            super().__init__()
            self.cls_token = nn.Parameter(torch.zeros(1, 4))
            self.out = nn.Linear(4, 1)

        def forward(self, x):
            return self.out(x)

    loop(wrap(Token()), steps, noise(8, 4))


def ignored_parameters(wrap, steps):
    class Ignores(Heads):
        def route(self, h, call):
            return self.heads["a"](h)

    model = Ignores("a", "b")
    model._ddp_params_and_buffers_to_ignore = ["heads.b.weight", "heads.b.bias"]
    loop(wrap(model), steps, noise(8, 4))


def subclass(wrap, steps):
    class Mine(DistributedDataParallel):
        def train_step(self, x):
            return self(x)

    class Unused(Heads):
        def route(self, h, call):
            return self.heads["a"](h)

    model = Mine(Unused("a", "b"), find_unused_parameters=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        model.train_step(torch.randn(8, 4)).pow(2).mean().backward()
        optimizer.step()


def dead_warmup(wrap, steps):
    """A large steady norm, a large first loss that falls, and a rate that warms up: nothing is wrong."""
    ddp = wrap(Heads("a", "b"))
    optimizer = torch.optim.SGD(ddp.parameters(), lr=1e-5)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 1e-5 * (step + 1)
        optimizer.zero_grad()
        (ddp(torch.randn(8, 4)).sub(100).pow(2).mean()).backward()
        optimizer.step()


def checkpoint_head_dropped(wrap, steps):
    class Checkpointed(Heads):
        def route(self, h, call):
            h = checkpoint(self.heads["neck"], h, use_reentrant=False)
            return self.heads["a"](h.expand(-1, 4))

    loop(wrap(Checkpointed("neck", "a", "aux")), steps, noise(8, 4))


def two_models_one_bad(wrap, steps):
    """A teacher that is fine, and a student whose projection is dropped."""
    class Student(Heads):
        def route(self, h, call):
            self.heads["projection"](h)
            return self.heads["out"](h)

    teacher, student = wrap(Heads("out")), wrap(Student("out", "projection"))
    a = torch.optim.SGD(teacher.parameters(), lr=0.01)
    b = torch.optim.SGD(student.parameters(), lr=0.01)
    for _ in range(steps):
        x = torch.randn(8, 4)
        a.zero_grad()
        t = teacher(x)
        t.pow(2).mean().backward()
        a.step()
        b.zero_grad()
        (student(x) - t.detach()).pow(2).mean().backward()
        b.step()


def compiled(wrap, steps):
    loop(wrap(torch.compile(Heads("a", "b"), backend="eager")), steps, noise(8, 4))


def compiled_outside(wrap, steps):
    loop(torch.compile(wrap(Heads("a", "b")), backend="eager"), steps, noise(8, 4))


def plain(wrap, steps):
    """No DDP at all: gradients are averaged by hand."""
    model = Heads("a", "b")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 4)).pow(2).mean().backward()
        for p in model.parameters():
            dist.all_reduce(p.grad)
        optimizer.step()


def plain_unused(wrap, steps):
    class Unused(Heads):
        def route(self, h, call):
            return self.heads["a"](h)

    model = Unused("a", "b")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 4)).pow(2).mean().backward()
        optimizer.step()


def module_container_output(wrap, steps):
    """The output is an object of the user's own class; a head in it is not in the loss."""
    class Output:
        def __init__(self, main, aux):
            self.main, self.aux = main, aux

    class Returns(Heads):
        def route(self, h, call):
            return Output(self.heads["main"](h), self.heads["aux"](h))

    loop(wrap(Returns("main", "aux")), steps, noise(8, 4), lambda y: y.main.pow(2).mean())


def fully_sharded(wrap, steps):
    from torch.distributed.fsdp import fully_shard
    model = mlp(4, 1)
    fully_shard(model)
    loop(model, steps, noise(8, 4))


def killed(wrap, steps):
    import os
    import signal

    def die(step):
        if step == 3 and dist.get_rank() == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    loop(wrap(Heads("a")), steps, noise(8, 4), before=die)


def steady(wrap, steps):
    """Steps of a few milliseconds, long enough for a collector to be killed and started again beside it; layers are dropped by rank."""
    def pause(step):
        time.sleep(0.004)

    loop(wrap(LayerDrop(3 + dist.get_rank())), steps, noise(8, 4), before=pause)


JOBS = {f.__name__: f for f in (
    gan, lora, modules_to_save, moe, tied_lm, aux_outputs, layerdrop_alike, layerdrop_by_rank, accumulation, frozen_backbone, frozen_norms,
    batch_norm, evaluation_between, two_backwards, copies_and_saves, grad_scaler, sparse_embedding, user_error, caught_error, no_targets,
    skipped_late, many_unused, unused_attention, unused_token, ignored_parameters, subclass, dead_warmup, checkpoint_head_dropped,
    two_models_one_bad, compiled, compiled_outside, plain, plain_unused, module_container_output, fully_sharded, killed, steady)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=sorted(JOBS))
    parser.add_argument("--mode", choices=sorted(MODES), default="default")
    parser.add_argument("--steps", type=int, default=6)
    args = parser.parse_args()
    dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=20))
    torch.manual_seed(0)

    def wrap(module):
        ddp = DistributedDataParallel(module, **MODES[args.mode])
        torch.manual_seed(10 + dist.get_rank())
        return ddp

    JOBS[args.job](wrap, args.steps)
    with contextlib.suppress(Exception):
        dist.barrier()  # without it a rank that is faster tears gloo down under its peer, which may abort
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
