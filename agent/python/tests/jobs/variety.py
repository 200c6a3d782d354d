"""Real training jobs on one rank (gloo, CPU), one function each: variety.py NAME. What a job wants a test to know it prints as JSON."""
import copy
import io
import json
import os
import pickle
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn as nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.checkpoint import checkpoint


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 4)
        self.head = nn.Linear(4, 1)
        self.spare = nn.Linear(4, 1)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)))


def start():
    dist.init_process_group("gloo")
    torch.manual_seed(0)


def steps(ddp, optimizer, count, batch=lambda: torch.randn(8, 4)):
    for _ in range(count):
        optimizer.zero_grad()
        ddp(batch()).pow(2).mean().backward()
        optimizer.step()


def tell(**members):
    print(json.dumps(members), flush=True)


def accumulation():
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    optimizer = torch.optim.AdamW(ddp.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        with ddp.no_sync():
            ddp(torch.randn(8, 4)).sum().backward()
        with torch.no_grad():
            ddp(torch.randn(8, 4))
        ddp(torch.randn(8, 4)).sum().backward()
        optimizer.step()


def gan():
    start()
    maker = DistributedDataParallel(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)))
    judge = DistributedDataParallel(nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)))
    of_maker = torch.optim.SGD(maker.parameters(), lr=0.01)
    of_judge = torch.optim.SGD(judge.parameters(), lr=0.01)
    for _ in range(3):
        for parameter in judge.parameters():
            parameter.requires_grad_(True)
        of_judge.zero_grad()
        made = maker(torch.randn(8, 4))
        both = judge(torch.cat([torch.randn(8, 4), made.detach()]))
        (both[8:].mean() - both[:8].mean()).backward()
        of_judge.step()
        for parameter in judge.parameters():
            parameter.requires_grad_(False)
        of_maker.zero_grad()
        (-judge.module(maker(torch.randn(8, 4))).mean()).backward()
        of_maker.step()


def scaled():
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for step in range(3):
        optimizer.zero_grad()
        loss = ddp(torch.ones(8, 4)).pow(2).mean() * (float("inf") if step == 1 else 1)
        scaler.scale(loss).backward()
        if step == 0:
            norms = [-1.0 if p.grad is None else float(p.grad.norm()) / 1024 for p in ddp.parameters()]
            tell(norms=norms, loss=float(loss.detach()))
        scaler.step(optimizer)
        scaler.update()


def sparse():
    start()
    model = nn.Sequential(nn.Embedding(50, 4, sparse=True), nn.Linear(4, 1))
    ddp = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        ddp(torch.tensor([[1, 2], [2, 2]])).mean().backward()
        tell(norms=[float(p.grad.to_dense().norm()) for p in ddp.parameters()])
        optimizer.step()


class Checkpointed(Net):
    reentrant = True

    def forward(self, x):
        return self.head(checkpoint(self.body, x.requires_grad_(), use_reentrant=self.reentrant))


def reentrant():
    start()
    ddp = DistributedDataParallel(Checkpointed(), static_graph=True)
    steps(ddp, torch.optim.SGD(ddp.parameters(), lr=0.01), 3)


def nonreentrant():
    start()
    Checkpointed.reentrant = False
    ddp = DistributedDataParallel(Checkpointed(), find_unused_parameters=True)
    steps(ddp, torch.optim.SGD(ddp.parameters(), lr=0.01), 3)


def uncaught():
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    steps(ddp, torch.optim.SGD(ddp.parameters(), lr=0.01), 1)
    raise KeyError("no such batch ☃")


def raises_in_forward():
    """The exception must come out as it went in; the job catches it and goes on."""
    start()

    class Failing(Net):
        def forward(self, x):
            if x.shape[0] == 3:
                raise LookupError("three")
            return super().forward(x)

    ddp = DistributedDataParallel(Failing(), find_unused_parameters=True)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    steps(ddp, optimizer, 1)
    try:
        ddp(torch.randn(3, 4))
    except LookupError as error:
        tell(caught=str(error), context=error.__context__ is None)
    steps(ddp, optimizer, 1)


def copies():
    """deepcopy, pickle and torch.save see what they would see without a reporter."""
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    steps(ddp, torch.optim.SGD(ddp.parameters(), lr=0.01), 2)
    parts = [part for part in ddp.modules()]
    hooks = sum(len(getattr(part, name)) for part in parts for name in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks"))
    buffer = io.BytesIO()
    torch.save(ddp.module, buffer)
    average = copy.deepcopy(ddp.module)
    again = pickle.loads(pickle.dumps(ddp.module))
    whole = pickle.loads(pickle.dumps(ddp))
    ddp_again = copy.deepcopy(ddp)
    tell(hooks=hooks, keys=sorted(ddp.__dict__), module_keys=sorted(ddp.module.__dict__), state=sorted(ddp.state_dict()),
         parameter_keys=sorted({key for parameter in ddp.parameters() for key in parameter.__dict__}),
         equal=all(torch.equal(a, b) for a, b in zip(average.parameters(), again.parameters())),
         names=[type(one).__name__ for one in (average, again, whole, ddp_again)], saved=len(buffer.getvalue()) > 0)
    steps(whole, torch.optim.SGD(whole.parameters(), lr=0.01), 1)


class Items(torch.utils.data.Dataset):
    def __len__(self):
        return 16

    def __getitem__(self, index):
        return torch.full((4,), float(index))


def loader():
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=1e-4)
    for _ in range(2):
        for batch in torch.utils.data.DataLoader(Items(), batch_size=4, num_workers=2):
            optimizer.zero_grad()
            ddp(batch).sum().backward()
            optimizer.step()


def _spawned(rank, port):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=port, RANK=str(rank), WORLD_SIZE="2")
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    steps(ddp, torch.optim.SGD(ddp.parameters(), lr=0.01), 3)


def spawn():
    mp.spawn(_spawned, args=(os.environ["MASTER_PORT"],), nprocs=2)


def forked():
    """Training in forked children, as notebooks do it."""
    mp.start_processes(_spawned, args=(os.environ["MASTER_PORT"],), nprocs=2, start_method="fork")


def plain():
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    steps(model, optimizer, 4)
    pickle.dumps(model)


def named():
    """A module that the job names itself."""
    import gradwatch
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    assert gradwatch.watch(model, optimizer) is model
    gradwatch.watch(model)
    steps(model, optimizer, 3)
    pickle.dumps(model)


def compiled():
    start()
    inside = DistributedDataParallel(torch.compile(Net(), backend="eager"), find_unused_parameters=True)
    steps(inside, torch.optim.SGD(inside.parameters(), lr=0.01), 2)
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    steps(torch.compile(ddp, backend="aot_eager"), torch.optim.SGD(ddp.parameters(), lr=0.01), 2)


def sharded():
    from torch.distributed.fsdp import fully_shard
    start()
    model = Net()
    for part in (model.body, model.head, model.spare, model):
        fully_shard(part)
    steps(model, torch.optim.SGD(model.parameters(), lr=0.01), 3)
    dist.destroy_process_group()


def attention():
    start()

    class Attending(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, x):
            return {"y": self.attention(x, x, x, need_weights=False)[0]}

    ddp = DistributedDataParallel(Attending())
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        ddp(torch.randn(2, 3, 4))["y"].sum().backward()
        optimizer.step()


def engine():
    """Drives the engine past torch.autograd.backward."""
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=0.01)
    for _ in range(2):
        optimizer.zero_grad()
        loss = ddp(torch.randn(8, 4)).sum()
        torch.autograd.Variable._execution_engine.run_backward((loss,), (torch.ones_like(loss),), False, False, (), True, True)
        optimizer.step()


def extremes():
    """Gradients whose squares vanish or overflow, and one that is exactly zero."""
    start()
    model = nn.ParameterList([nn.Parameter(torch.ones(2)) for _ in range(3)])

    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = model

        def forward(self, x):
            return self.parts[0].sum() * 1e-30 + self.parts[1].sum() * 0 + self.parts[2].sum() * 1e30

    ddp = DistributedDataParallel(Sum())
    ddp(torch.ones(1)).backward()


def long():
    """Trains until a line comes in on stdin, or its number of steps is done; slowly enough that a collector can die in between."""
    start()
    ddp = DistributedDataParallel(Net(), find_unused_parameters=True)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=1e-3)
    for line in sys.stdin:
        steps(ddp, optimizer, int(line))
        tell(done=int(line))


if __name__ == "__main__":
    globals()[sys.argv[1]]()
