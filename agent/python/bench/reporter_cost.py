#!/usr/bin/env python3
"""What watching costs: a synthetic model's steps without and with the reporter, in pairs, alternating, in one process each.

    python agent/python/bench/reporter_cost.py [--steps N] [--parameters N] [--step-millis MS] [--pairs N] [--clock cpu]

Stands alone: it listens itself and drops what comes. A step is a forward and a backward over N parameters of 32 elements and, to fill
the step's time, a busy wait in place of the computation of a larger model. The table gives for each way the time above the bare loop:

    watched      every pass watched (GRADWATCH_BUDGET=off), norms in the first 16 passes only
    job          as a job has it: 50 passes, then windows under the default budget
    item loop    what one writes by hand: p.grad.norm().item() for every parameter in every step

The share is of the bare step; the medians are of the pairs' differences, so that a machine's drift takes both sides alike.
"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(os.path.dirname(HERE), "src")
WAYS = ("watched", "job", "item loop")


def train(arguments):
    """One run in this process; prints the seconds that its steps took."""
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(0)
    count = arguments.parameters
    model = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(32)) for _ in range(count)])
    model.forward = lambda: torch.stack([parameter.sum() for parameter in model]).sum()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
    if arguments.way in ("watched", "job"):
        import gradwatch
        gradwatch.watch(model, optimizer)
    clock = time.process_time if arguments.clock == "cpu" else time.perf_counter
    wait = arguments.step_millis / 1000
    spent = 0.0
    warm_up = min(20, arguments.steps // 10)
    for step in range(arguments.steps + warm_up):
        began = clock()
        loss = model.forward()
        loss.backward()
        if arguments.way == "item loop":
            for parameter in model:
                parameter.grad.norm().item()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        worked = clock() - began
        # The reporter's sending thread competes for the interpreter in here too, as it does in a job.
        until = time.perf_counter() + max(0.0, wait - arguments.base)
        while time.perf_counter() < until:
            pass
        if step >= warm_up or arguments.way == "job":
            spent += worked
    print(json.dumps({"seconds": spent}))


def discard():
    """Listens on a free port and drops what comes; returns the port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(connection):
        while connection.recv(65536):
            pass

    def accept():
        while True:
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return server.getsockname()[1]


def run(arguments, way, steps, step_millis, base, port):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRADWATCH_")}
    environment.update(PYTHONPATH=SOURCE, OMP_NUM_THREADS="1", GRADWATCH_COLLECTOR="127.0.0.1:%d" % port, GRADWATCH_JOB="cost")
    if way == "watched":
        environment["GRADWATCH_BUDGET"] = "off"
    command = [sys.executable, os.path.abspath(__file__), "--way", way, "--steps", str(steps), "--parameters", str(arguments.parameters),
               "--step-millis", str(step_millis), "--base", str(base), "--clock", arguments.clock]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, universal_newlines=True)
    return json.loads(done.stdout.splitlines()[-1])["seconds"] / steps


def compare(arguments):
    port = discard()
    base = run(arguments, "bare", min(arguments.steps, 300), 0, 0, port)
    print("%d parameters, steps of %g ms, %d pairs" % (arguments.parameters, arguments.step_millis, arguments.pairs))
    print("%-12s %10s %16s %16s %10s" % ("way", "steps", "us a step", "us a parameter", "of a step"))
    extra = {}
    for way in WAYS:
        # Watching whole and by hand cost the same in every step, so few steps show it; a job's windows need many.
        steps = arguments.steps if way == "job" else min(arguments.steps, 400)
        millis = arguments.step_millis if way == "job" else 0
        differences = []
        for pair in range(arguments.pairs):
            order = ("bare", way) if pair % 2 == 0 else (way, "bare")
            taken = {one: run(arguments, one, steps, millis, base, port) for one in order}
            differences.append(taken[way] - taken["bare"])
        extra[way] = statistics.median(differences) * 1e6
        print("%-12s %10d %16.1f %16.3f %9.2f%%" % (way, steps, extra[way], extra[way] / arguments.parameters,
                                                   extra[way] / arguments.step_millis / 10), flush=True)
    print("item loop / job: %.0f x   item loop / watched: %.1f x" % (
        extra["item loop"] / max(extra["job"], 0.01), extra["item loop"] / max(extra["watched"], 0.01)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--parameters", type=int, default=300)
    parser.add_argument("--step-millis", type=float, default=10)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu where other work disturbs the machine")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--base", type=float, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    (train if arguments.way else compare)(arguments)


if __name__ == "__main__":
    main()
