"""Runs real jobs under the reporter and gives tests their frames."""
import json
import os
import socket
import subprocess
import sys
import unittest

from collector import Collector

HERE = os.path.dirname(os.path.abspath(__file__))
#: The scenarios that the collector's tests run too, so that one file says what they are.
SCENARIOS = os.path.normpath(os.path.join(HERE, *[os.pardir] * 3, "collector", "src", "test", "resources", "ddp", "scenarios.py"))
SOURCE = os.path.join(os.path.dirname(HERE), "src")
INJECT = os.path.join(SOURCE, "gradwatch", "inject")
JOB_SECONDS = 120


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def environment(port, injected=True, **more):
    """A job's environment, reporting to the collector on ``port``; nothing of the tests' own GRADWATCH settings gets in."""
    names = {name: value for name, value in os.environ.items() if not name.startswith(("GRADWATCH_", "TORCHELASTIC_"))}
    names.update(OMP_NUM_THREADS="1", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(free_port()), RANK="0", LOCAL_RANK="0", WORLD_SIZE="1",
                 GRADWATCH_DEBUG="1", PYTHONPATH=os.pathsep.join([INJECT, SOURCE] if injected else [SOURCE]))
    if port:
        names["GRADWATCH_COLLECTOR"] = "127.0.0.1:%d" % port
    names.update(more)
    return names


class Done:
    """A job that ended: exit status, stdout's JSON lines, stderr."""

    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    @property
    def told(self):
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


class JobTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.collector = Collector()
        self.addCleanup(self.collector.close)

    def run_job(self, *words, job="variety.py", python=(), ranks=1, code=0, **more):
        """Runs a job to its end on ``ranks`` ranks; ``code`` is the exit status expected of the first, None any."""
        injected = more.pop("injected", True)
        env = environment(self.collector.port, injected, **more)
        command = [sys.executable, *python, os.path.join(HERE, "jobs", job), *words]
        children = [subprocess.Popen(command, env=dict(env, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(ranks)),
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for rank in range(ranks)]
        outputs = [child.communicate(timeout=JOB_SECONDS) for child in children]
        done = Done(children[0].returncode, outputs[0][0], "".join(err for _, err in outputs))
        if code is not None:
            self.assertEqual(code, done.code, done.err)
        self.assertNotIn("stopped watching", done.err)
        for connection in self.collector.connections:
            self.assertTrue(connection.closed.wait(10), "the connection outlives its process")
        return done

    def only(self):
        """The one connection of a job of one rank."""
        self.assertEqual(1, len(self.collector.connections))
        return self.collector.connections[0]

    def used(self, connection, model=0):
        """Names used, a pass; an open picture gives way to its Step."""
        names = self.names(connection, model)
        passes = {}
        for step in connection.of("Step", model):
            passes[step["backward"]] = sorted(names[index] for index in step["used"])
        return [passes[number] for number in sorted(passes)]

    def names(self, connection, model=0):
        return [parameter["name"] for chunk in connection.of("Manifest", model)[:1] for parameter in chunk["parameters"]]


def torch_version():
    import torch
    return tuple(int(part) for part in torch.__version__.split("+")[0].replace("a", ".").split(".")[:2])
