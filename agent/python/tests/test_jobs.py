"""Real DDP jobs under the injected reporter: what they say, held against what happened."""
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

from harness import HERE, SCENARIOS, SOURCE, JobTest, environment, torch_version

BODY = ["body.bias", "body.weight"]
HEAD = ["head.bias", "head.weight"]
NO_SYNC, FORWARD_RAN, PARTIAL, NORMS, SCALED, OPEN = 1, 2, 4, 8, 64, 128


class JobsTest(JobTest):
    def test_accumulation_is_a_pass_each_backward_and_no_sync_is_flagged(self):
        self.run_job("accumulation")
        steps = self.only().of("Step")
        self.assertEqual([0, 1, 2, 3], [step["backward"] for step in steps])
        self.assertEqual([0, 0, 1, 1], [step["step"] for step in steps])
        self.assertEqual([NO_SYNC | FORWARD_RAN, FORWARD_RAN] * 2, [step["flags"] & 7 for step in steps])
        self.assertEqual([BODY + HEAD] * 4, self.used(self.only()))

    def test_gan_models_have_passes_of_their_own(self):
        self.run_job("gan")
        connection = self.only()
        maker, judge = connection.of("Step", 0), connection.of("Step", 1)
        self.assertEqual([(0, 0), (1, 1), (2, 2)], [(step["backward"], step["step"]) for step in maker])
        self.assertEqual([(0, 0), (1, 1), (2, 2)], [(step["backward"], step["step"]) for step in judge])
        everything = ["0.bias", "0.weight", "2.bias", "2.weight"]
        self.assertEqual([everything] * 3, self.used(connection, 0))
        self.assertEqual([everything] * 3, self.used(connection, 1))
        # Frozen for the maker's step and thawed for its own: nothing that a pass of the judge's ever saw.
        self.assertEqual([], connection.of("Change"))

    @unittest.skipIf(torch_version() < (2, 3), "torch.amp.GradScaler for the CPU came with torch 2.3")
    def test_scaler_is_taken_out_of_norms_and_loss(self):
        done = self.run_job("scaled")
        steps = self.only().of("Step")
        self.assertTrue(all(step["flags"] & SCALED for step in steps))
        for expected, norm in zip(done.told[0]["norms"], steps[0]["norms"]):
            self.assertAlmostEqual(expected, norm, places=6)
        self.assertAlmostEqual(done.told[0]["loss"], steps[0]["loss"], places=6)
        self.assertFalse(any(map(math.isfinite, steps[1]["norms"][:4])))
        # The scaler skipped the optimizer's step after the overflow.
        self.assertEqual([0, 1, 1], [step["step"] for step in steps])

    def test_sparse_gradients_are_used_and_measured(self):
        done = self.run_job("sparse")
        steps = self.only().of("Step")
        self.assertEqual([[0, 1, 2]] * 2, [step["used"] for step in steps])
        for told, step in zip(done.told, steps):
            for expected, norm in zip(told["norms"], step["norms"]):
                self.assertAlmostEqual(expected, norm, places=5)

    def test_reentrant_checkpoint_hides_its_modules_from_the_graph(self):
        self.run_job("reentrant")
        connection = self.only()
        self.assertEqual([BODY + HEAD] * 3, self.used(connection))
        names = [module["name"] for module in connection.of("Manifest")[0]["modules"]]
        for probe in connection.of("Probe"):
            self.assertEqual(["body"], [names[index] for index in probe["hidden"]])
            self.assertEqual(["", "body", "head"], [names[index] for index in probe["ran"]])
            self.assertTrue(probe["reentrant_checkpoint"])

    def test_checkpoint_without_reentry_hides_nothing(self):
        self.run_job("nonreentrant")
        connection = self.only()
        self.assertEqual([BODY + HEAD] * 3, self.used(connection))
        self.assertEqual([([], False, [0, 1, 2, 3])] * 3,
                         [(probe["hidden"], probe["reentrant_checkpoint"], probe["reaches_loss"]) for probe in connection.of("Probe")])

    def test_uncaught_exception_is_told_with_its_traceback(self):
        done = self.run_job("uncaught", code=1)
        failure, = self.only().of("Failure")
        self.assertEqual(("KeyError", "'no such batch ☃'", "uncaught"), (failure["type"], failure["message"], failure["where"]))
        self.assertIn("in uncaught", failure["traceback"])
        self.assertIn("KeyError: 'no such batch", done.err)
        self.assertEqual(1, len(self.only().of("Goodbye")))

    def test_exception_of_a_forward_comes_out_as_it_went_in(self):
        done = self.run_job("raises_in_forward")
        self.assertEqual([{"caught": "three", "context": True}], done.told)
        failure, = self.only().of("Failure")
        self.assertEqual(("LookupError", "forward", 0, 1), tuple(failure[name] for name in ("type", "where", "model", "backward")))
        self.assertEqual(2, len(self.only().of("Step")))

    def test_copies_and_pickles_see_no_trace_of_the_reporter(self):
        watched = self.run_job("copies")
        bare = self.run_job("copies", GRADWATCH_DISABLE="1")
        self.assertEqual(bare.told, watched.told)
        self.assertEqual(["Net", "Net", "DistributedDataParallel", "DistributedDataParallel"], watched.told[0]["names"])
        self.assertEqual(1, len(self.collector.connections))
        # The unpickled DDP is a model of its own from its first forward.
        self.assertEqual([0], [step["backward"] for step in self.only().of("Step", 1)])

    def test_forked_loader_workers_share_neither_socket_nor_thread(self):
        self.run_job("loader")
        self.assertEqual(1, len(self.collector.connections))
        self.assertEqual([BODY + HEAD] * 8, self.used(self.only()))
        self.assertEqual(1, len(self.only().of("Goodbye")))

    def test_spawned_children_report_each_for_itself(self):
        self.run_job("spawn")
        self.check_children()

    def test_forked_trainers_report_each_for_itself(self):
        self.run_job("forked")
        self.check_children()

    def check_children(self):
        ranks = {connection.of("Hello")[0]["rank"]: connection for connection in self.collector.connections}
        self.assertEqual([0, 1], sorted(ranks))
        for connection in ranks.values():
            self.assertEqual([BODY + HEAD] * 3, self.used(connection))
            self.assertEqual(1, len(connection.of("Goodbye")))

    def test_plain_model_is_found_at_its_optimizers_first_step(self):
        self.run_job("plain")
        connection = self.only()
        self.assertEqual(("Module", "Net", None), tuple(connection.of("Manifest")[0][name] for name in ("wrapper", "name", "ddp")))
        self.assertEqual([BODY + HEAD] * 3, self.used(connection))
        self.assertTrue(all(step["flags"] & NO_SYNC for step in connection.of("Step")))

    def test_named_module_is_watched_from_its_first_pass(self):
        self.run_job("named", injected=False)
        connection = self.only()
        self.assertEqual([BODY + HEAD] * 3, self.used(connection))
        self.assertEqual([0, 1, 2], [step["step"] for step in connection.of("Step")])
        probe = connection.of("Probe")[0]
        self.assertEqual(([0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3]), (probe["ran"], probe["reaches_output"], probe["reaches_loss"]))

    @unittest.skipIf(torch_version() < (2, 1), "torch.compile as tested here came with torch 2.1")
    def test_compiled_models_run_unchanged_and_say_so(self):
        done = self.run_job("compiled")
        self.assertNotIn("UserWarning", done.err)
        connection = self.only()
        for model, prefix in ((0, "_orig_mod."), (1, "")):
            self.assertEqual([sorted(prefix + name for name in BODY + HEAD)] * 2, self.used(connection, model))
            self.assertIn("compiled by torch.compile: forwards of its modules were not watched", connection.of("Manifest", model)[-1]["notes"])

    @unittest.skipIf(torch_version() < (2, 6), "torch.distributed.fsdp.fully_shard came with torch 2.6")
    def test_sharded_model_runs_and_is_said_to_be_unseen(self):
        done = self.run_job("sharded", ranks=2)
        for connection in self.collector.connections:
            manifest, = connection.of("Manifest")
            self.assertEqual(([], 6), (manifest["parameters"], manifest["parameters_total"]))
            self.assertIn("sharded", manifest["notes"][0])
        self.assertIn("gradwatch: parameters are sharded", done.err)

    def test_attention_counts_the_child_that_it_never_calls(self):
        self.run_job("attention")
        manifest, probe = self.only().of("Manifest")[0], self.only().of("Probe")[0]
        ran = [manifest["modules"][index]["name"] for index in probe["ran"]]
        self.assertEqual(["", "attention", "attention.out_proj"], ran)
        self.assertEqual(list(range(4)), probe["reaches_output"])

    def test_engine_driven_directly_is_still_seen(self):
        self.run_job("engine")
        self.assertEqual([BODY + HEAD] * 2, self.used(self.only())[:2])

    def test_norms_tell_vanishing_and_huge_from_zero_and_infinite(self):
        self.run_job("extremes")
        tiny, zero, huge = self.only().of("Step")[0]["norms"]
        self.assertTrue(0 < tiny < 1e-29)
        self.assertEqual(0, zero)
        self.assertTrue(1e29 < huge < math.inf)


class ScenariosTest(JobTest):
    """The two-rank scenarios against the record that each job keeps of itself."""

    ROWS = ["never_called default", "returned_not_in_loss find", "deep_supervision static", "tied_weights find",
            "checkpoint_reentrant_unused_head default", "unfrozen_after_wrap default", "data_dependent_experts find",
            "forward_outside_ddp default"]

    def test_used_is_what_autograd_accumulated(self):
        for row in self.ROWS:
            scenario, mode = row.split()
            with self.subTest(row), tempfile.TemporaryDirectory() as folder:
                del self.collector.connections[:]
                self.run_job(scenario, "--mode", mode, "--truth", folder, job=SCENARIOS, ranks=2, code=None)
                for rank in (0, 1):
                    with open(os.path.join(folder, "%s.%s.rank%d.json" % (scenario, mode, rank))) as text:
                        truth = json.load(text)
                    connection, = [one for one in self.collector.connections if one.of("Hello")[0]["rank"] == rank]
                    self.assertEqual(truth["accumulated"], self.used(connection)[:len(truth["accumulated"])])
                    self.assertEqual(bool(truth["error"]), bool(connection.of("Failure")))
                    if truth["error"]:
                        failure = connection.of("Failure")[0]
                        self.assertEqual(truth["error"], "%s: %s" % (failure["type"], failure["message"]))

    def test_rank_that_hangs_in_backward_has_told_what_it_used(self):
        self.run_job("one_rank_only", job=SCENARIOS, ranks=2, code=None)
        hanging, = [one for one in self.collector.connections if one.of("Hello")[0]["rank"] == 0]
        step = hanging.of("Step")[-1]
        self.assertEqual(([0, 1, 2, 3, 4, 5], 0), (step["used"], step["backward"]))
        self.assertTrue(step["flags"] & PARTIAL)

    def test_flips_of_requires_grad_are_told_with_their_pass(self):
        self.run_job("frozen_after_wrap", "--mode", "find", job=SCENARIOS, ranks=2)
        for connection in self.collector.connections:
            self.assertEqual([{"model": 0, "backward": 2, "frozen": [4, 5], "unfrozen": []}], connection.of("Change"))

    def test_ready_twice_sends_its_probe_before_it_dies(self):
        self.run_job("checkpoint_reentrant_twice", "--mode", "find", job=SCENARIOS, ranks=2, code=None)
        for connection in self.collector.connections:
            probe = connection.of("Probe")[0]
            self.assertTrue(probe["reentrant_checkpoint"])
            self.assertEqual("backward", connection.of("Failure")[0]["where"])
            kinds = [kind for kind, _ in connection.frames]
            self.assertLess(kinds.index("Probe"), kinds.index("Failure"))
            self.assertTrue(connection.of("Step")[-1]["flags"] & PARTIAL)


class EntryTest(JobTest):
    def test_users_own_sitecustomize_still_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "sitecustomize.py"), "w") as own:
                own.write("import builtins\nbuiltins.own_sitecustomize = __name__\n")
            path = environment(0)["PYTHONPATH"] + os.pathsep + folder
            script = os.path.join(folder, "main.py")
            with open(script, "w") as main:
                main.write("import sys, sitecustomize\nprint(own_sitecustomize, sitecustomize.__file__ == %r, 'torch' in sys.modules, "
                           "'gradwatch.session' in sys.modules)" % os.path.join(folder, "sitecustomize.py"))
            done = self.run_job(job=script, PYTHONPATH=path)
        self.assertEqual("sitecustomize True False False", done.out.strip())

    def test_process_without_torch_never_connects(self):
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "main.py")
            with open(script, "w") as main:
                main.write("import threading; print(threading.active_count())")
            self.assertEqual("1", self.run_job(job=script).out.strip())
        self.assertEqual([], self.collector.connections)

    def test_module_of_the_command_line_runs_a_script_as_python_does(self):
        done = self.run_job(os.path.join(HERE, "jobs", "variety.py"), "spawn", job=self.runner(), injected=False)
        self.assertEqual("", done.out)
        self.assertEqual([0, 1], sorted(connection.of("Hello")[0]["rank"] for connection in self.collector.connections))

    def test_main_is_the_script_with_its_arguments(self):
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "shown.py")
            with open(script, "w") as main:
                main.write("import sys, pickle\nclass Thing: pass\nprint(sys.argv[1:], __name__, __file__ == sys.argv[0], sys.path[0], "
                           "type(pickle.loads(pickle.dumps(Thing()))) is Thing, __spec__)\nraise SystemExit(5)")
            outputs = []
            for command in ([script, "a", "-b"], ["-m", "gradwatch", script, "a", "-b"]):
                done = subprocess.run([sys.executable, *command], env=environment(self.collector.port, False), stdout=subprocess.PIPE, text=True)
                outputs.append((done.returncode, done.stdout))
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(5, outputs[0][0])

    def test_module_of_the_command_line_runs_a_module(self):
        done = subprocess.run([sys.executable, "-m", "gradwatch", "-m", "json.tool", "--help"], env=environment(self.collector.port, False),
                              stdout=subprocess.PIPE, text=True)
        self.assertEqual((0, True), (done.returncode, "json.tool" in done.stdout))

    def test_injected_without_a_collector_does_nothing(self):
        done = self.run_job("plain", GRADWATCH_COLLECTOR="")
        self.assertEqual(([], ""), (self.collector.connections, done.err))

    def test_watch_of_something_else_says_what_was_expected(self):
        import torch

        import gradwatch
        with self.assertRaisesRegex(TypeError, r"module: int \(expected: a torch.nn.Module\)"):
            gradwatch.watch(3)
        stranger = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
        with self.assertRaisesRegex(ValueError, r"none of its 1 parameters is the module's"):
            gradwatch.watch(torch.nn.Linear(1, 1), stranger)

    def runner(self):
        """A script that is `python -m gradwatch` with the words that follow."""
        return os.path.join(SOURCE, "gradwatch", "__main__.py")


if __name__ == "__main__":
    unittest.main()
