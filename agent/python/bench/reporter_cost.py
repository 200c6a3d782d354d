#!/usr/bin/env python3
"""What watching costs: two equal models step by turns in one process, one of them watched.

    python agent/python/bench/reporter_cost.py [--steps N] [--parameters N] [--step-millis MS] [--runs N] [--ddp] [--tls]

Stands alone: a process of its own listens and drops what comes. The neighbours in time are compared, so a machine's drift takes both
sides alike, and they go first by turns, since who goes second finds the caches warm; the bare model goes past the reporter's wrappers and
hooks. Steps are --step-millis apart, which is what the reporter's budget is a share of. With --ddp both models are wrapped in
DistributedDataParallel, alone in its group; with --tls the reporter sends over TLS, by a certificate that the openssl command makes.
Rows, medians over the runs, each above the bare model's step:

    watched step   the mean over the watched passes after the first 50: hooks on and off, bitmap, ledger, norms in 3 of 16, sending
    first 50       the same over the first 50: with norms and checksums in 16 of them, probes in 3
    whole job      the mean over all steps: 50 watched passes, then windows under the default budget
    item loop      what one writes by hand: p.grad.norm().item() for every parameter in every step

``cpu`` is this thread's time, which other work on the machine does not reach; ``wall`` has waits for the interpreter too.
"""
import argparse
import json
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(os.path.dirname(HERE), "src")
FIRST = 50


class Side:
    """A model with its optimizer; ``step`` gives the (cpu, wall) nanoseconds that one step took."""

    def __init__(self, torch, count, ddp):
        class Sums(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weights = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(32)) for _ in range(count)])
                self.every = list(self.weights)

            def forward(self):
                return torch.stack([parameter.sum() for parameter in self.every]).sum()

        self.model = Sums()
        self.parameters = self.model.every
        self.optimizer = torch.optim.SGD(self.parameters, lr=1e-6)
        if ddp:
            self.model = torch.nn.parallel.DistributedDataParallel(self.model)
        # Bound before the reporter wraps the class: a bare model calls torch's own.
        self.bare_forward = self.model.forward

    def step(self, forward, backward, after):
        wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
        loss = forward()
        backward(loss)
        after(self.parameters)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return time.thread_time_ns() - cpu, time.perf_counter_ns() - wall


def nothing(parameters):
    pass


def item_loop(parameters):
    for parameter in parameters:
        parameter.grad.norm().item()


def train(arguments):
    """One run in this process; prints the mean nanoseconds of each row as (cpu, wall)."""
    import torch
    import torch.optim.optimizer as optimizers
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if arguments.ddp:
        import torch.distributed
        torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    bare, other = (Side(torch, arguments.parameters, arguments.ddp) for _ in range(2))
    original = torch.autograd.backward
    is_watched = arguments.way == "job"
    for _ in range(20):
        bare.step(bare.bare_forward, original, nothing)
        other.step(other.bare_forward, original, nothing)
    counted = None
    if is_watched:
        import gradwatch
        from gradwatch import session
        gradwatch.watch(other.model, other.optimizer)
        counted = session.current().watches[id(other.model)].ledger
    hooks = [getattr(optimizers, name, {}) for name in ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks")]
    kept = [dict(some) for some in hooks]

    def bare_step():
        for some in hooks:
            some.clear()
        taken = bare.step(bare.bare_forward, original, nothing)
        for some, was in zip(hooks, kept):
            some.update(was)
        return taken

    differences = {"first 50": [], "watched step": [], "unwatched step": []}
    period = arguments.step_millis / 1000
    for step in range(arguments.steps):
        until = time.perf_counter() + period
        before = counted.watched if counted else 0
        apart = bare_step() if step % 2 else None
        taken = other.step(other.model.forward, torch.autograd.backward, nothing if is_watched else item_loop)
        apart = apart or bare_step()
        row = "unwatched step" if not counted or counted.watched == before else "first 50" if step < FIRST else "watched step"
        differences[row].append((taken[0] - apart[0], taken[1] - apart[1]))
        while time.perf_counter() < until:
            pass
    everything = [pair for pairs in differences.values() for pair in pairs]
    differences["whole job" if is_watched else "item loop"] = everything
    print(json.dumps({row: [len(pairs)] + [sum(pair[side] for pair in pairs) / len(pairs) for side in (0, 1)]
                      for row, pairs in differences.items() if pairs}))


def serve(certificate):
    """Listens on a free port, prints it, and drops what comes; in TLS where a file holds a certificate and its key."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = socket.create_server(("127.0.0.1", 0))
    print(server.getsockname()[1], flush=True)

    def drop(connection):
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        while connection.recv(65536):
            pass

    while True:
        connection, _ = server.accept()
        threading.Thread(target=drop, args=(connection,), daemon=True).start()


def run(arguments, way, steps, port, certificate):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRADWATCH_")}
    environment.update(PYTHONPATH=SOURCE, OMP_NUM_THREADS="1", GRADWATCH_COLLECTOR="127.0.0.1:%d" % port, GRADWATCH_JOB="cost")
    if certificate:
        environment["GRADWATCH_TLS_CA"] = certificate
    command = [sys.executable, os.path.abspath(__file__), "--way", way, "--steps", str(steps), "--parameters", str(arguments.parameters),
               "--step-millis", str(arguments.step_millis)] + ["--ddp"] * arguments.ddp
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, universal_newlines=True)
    return json.loads(done.stdout.splitlines()[-1])


def certified(folder):
    """A file with a certificate for 127.0.0.1 and its key."""
    file = os.path.join(folder, "both.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=cost",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", file + ".cert"], check=True, stderr=subprocess.DEVNULL)
    with open(file, "a") as out, open(file + ".cert") as certificate:
        out.write(certificate.read())
    return file


def compare(arguments):
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments, certified(folder) if arguments.tls else "")


def measure(arguments, certificate):
    command = [sys.executable, os.path.abspath(__file__), "--way", "serve", "--certificate", certificate]
    listener = subprocess.Popen(command, stdout=subprocess.PIPE, universal_newlines=True)
    try:
        port = int(listener.stdout.readline())
        runs = []
        for _ in range(arguments.runs):
            rows = run(arguments, "job", arguments.steps, port, certificate)
            rows["item loop"] = run(arguments, "item loop", min(arguments.steps, 1_000), port, "")["item loop"]
            runs.append(rows)
    finally:
        listener.kill()
    print("%d parameters, steps of %g ms, %d runs of %d steps" % (arguments.parameters, arguments.step_millis, len(runs), arguments.steps))
    print("%-14s %7s %12s %12s %14s %10s" % ("", "steps", "cpu us", "wall us", "us/parameter", "of a step"))
    costs = {}
    for row in ("first 50", "watched step", "unwatched step", "whole job", "item loop"):
        seen = [rows[row] for rows in runs if row in rows]
        if seen:
            count, cpu, wall = seen[0][0], *(statistics.median(one[side] for one in seen) / 1000 for side in (1, 2))
            costs[row] = cpu
            print("%-14s %7d %12.1f %12.1f %14.3f %9.2f%%" % (row, count, cpu, wall, cpu / arguments.parameters, cpu / arguments.step_millis / 10))
    print("item loop / whole job: %.1f x" % (costs["item loop"] / max(costs["whole job"], 0.001)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--parameters", type=int, default=300)
    parser.add_argument("--step-millis", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ddp", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--certificate", default="", help=argparse.SUPPRESS)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way == "serve":
        serve(arguments.certificate)
    else:
        (train if arguments.way else compare)(arguments)


if __name__ == "__main__":
    main()
