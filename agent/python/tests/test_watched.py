"""One watched model without a connection: probes, siblings, sentinels, pictures."""
import json
import unittest

import torch
from torch import nn

from collector import parse
from gradwatch.description import Description
from gradwatch.probe import tensors_in, walk
from gradwatch.reading import Meter
from gradwatch.schedule import Schedule
from gradwatch.watched import Watch


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 4)
        self.head = nn.Linear(4, 1)
        self.spare = nn.Linear(4, 1)


class Frames(list):
    def __call__(self, frame, model=None):
        self.append(parse(frame[4], frame[5:]))

    def of(self, name):
        return [value for kind, value in self if kind == name]


class Harness:
    """Drives a Watch as the session does."""

    def __init__(self, model, job="job"):
        self.model = model
        self.frames = Frames()
        self.watch = Watch(0, model, Description(model), Schedule(job), self.frames, True, "Net")
        self.watch.probes_left = 0

    def backward(self, loss, partial=False):
        self.watch.forward_begins(True)
        self.watch.backward_begins([loss])
        loss.backward()
        if not self.watch.took_part(False):
            return False
        self.watch._wrapper = lambda: None
        self.watch.end_pass(partial, True, None, None, False)
        return True


class WatchTest(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.model = Net()
        self.harness = Harness(self.model)
        self.watch = self.harness.watch

    def loss(self, head="head"):
        return getattr(self.model, head)(self.model.body(torch.ones(2, 4))).sum()

    def test_between_windows_a_sentinel_tells_the_models_passes_from_others(self):
        for _ in range(50):
            self.assertTrue(self.harness.backward(self.loss()))
        self.assertFalse(self.watch.hooks.is_full)
        stranger = nn.Linear(1, 1)
        self.assertFalse(self.harness.backward(stranger(torch.ones(1)).sum()))
        self.assertTrue(self.harness.backward(self.loss()))
        self.assertEqual((51, 50), (self.watch.backward, self.watch.ledger.watched))

    def test_sentinels_cover_patterns_that_share_no_parameter(self):
        self.model.body.requires_grad_(False)
        self.harness = Harness(self.model)
        for step in range(60):
            self.assertTrue(self.harness.backward(self.loss("head" if step % 2 else "spare")), step)

    def test_many_silent_backwards_put_all_hooks_on_again(self):
        for _ in range(50):
            self.harness.backward(self.loss())
        self.model.body.requires_grad_(False)
        numbers = []
        for step in range(40):
            x = torch.ones(2, 4)
            if self.harness.backward(self.model.spare(x).sum()):
                numbers.append(step)
        self.assertTrue(numbers and numbers[0] <= 17, numbers)

    def test_raising_backward_counts_the_siblings_of_what_fired(self):
        self.harness.backward(self.loss())
        self.watch.forward_begins(True)
        self.watch.backward_begins([])
        self.watch.hooks.fired[1] = 1
        self.watch.end_pass(True, True, None, None, False)
        self.assertEqual([0, 1], self.harness.frames.of("Step")[1]["used"])

    def test_raising_backward_while_probing_believes_the_forwards(self):
        self.watch.probes_left = 1
        self.watch.record.note(1)
        self.watch.forward_begins(True)
        self.watch.backward_begins([])
        self.watch.hooks.fired[1] = 1
        self.watch.hooks.fired[3] = 1
        self.watch.end_pass(True, True, None, None, False)
        # The head's forward was not seen, so its weight is not guessed.
        self.assertEqual([0, 1, 3], self.harness.frames.of("Step")[0]["used"])

    def test_open_pass_is_pictured_once_until_it_changes(self):
        self.watch.forward_begins(True)
        self.watch.backward_begins([])
        self.watch.open_picture()
        self.watch.hooks.fired[3] = 1
        self.watch.open_picture()
        self.watch.open_picture()
        self.watch.hooks.fired[2] = 1
        self.watch.open_picture()
        pictures = self.harness.frames.of("Step")
        self.assertEqual([[3], [2, 3]], [picture["used"] for picture in pictures])
        self.assertTrue(all(picture["flags"] & 132 == 132 and picture["watched"] == 1 for picture in pictures))

    def test_flip_that_is_undone_before_the_next_pass_never_shows(self):
        self.harness.backward(self.loss())
        self.model.spare.requires_grad_(False)
        self.watch.forward_begins(True)
        self.model.spare.requires_grad_(True)
        self.harness.backward(self.loss())
        self.model.spare.requires_grad_(False)
        self.harness.backward(self.loss())
        self.assertEqual([{"model": 0, "backward": 2, "frozen": [4, 5], "unfrozen": []}], self.harness.frames.of("Change"))

    def test_parameters_thawed_later_get_their_hook(self):
        self.model.spare.requires_grad_(False)
        self.harness = Harness(self.model)
        self.harness.backward(self.loss())
        self.model.spare.requires_grad_(True)
        self.harness.backward(self.loss("spare"))
        self.assertEqual([0, 1, 4, 5], self.harness.frames.of("Step")[1]["used"])

    def test_hooks_keep_no_gradient_that_torch_would_steal(self):
        stolen = []

        class Watching(torch.autograd.Function):
            @staticmethod
            def forward(context, x):
                return x.clone()

            @staticmethod
            def backward(context, gradient):
                gradient = gradient.clone()
                stolen.append(gradient.data_ptr())
                return gradient

        self.harness.backward(Watching.apply(self.model.body.bias).sum())
        self.assertEqual(stolen, [self.model.body.bias.grad.data_ptr()])


class ReadingOfADevice:
    """A reading that is ready when told so."""

    def __init__(self, reading):
        self.reading = reading
        self.ready = False

    def is_ready(self):
        return self.ready

    def __getattr__(self, name):
        return getattr(self.reading, name)


class SettleTest(unittest.TestCase):
    def test_a_pass_waits_for_its_numbers_and_keeps_its_place(self):
        model = Net()
        harness = Harness(model)
        readings = []
        meter = Meter(harness.watch.description.parameters)

        class Slow:
            def read(self, *what):
                readings.append(ReadingOfADevice(meter.read(*what)))
                return readings[-1]

        harness.watch._meter = Slow()
        for _ in range(3):
            harness.backward(model.head(model.body(torch.ones(2, 4))).sum())
        self.assertEqual([], harness.frames.of("Step"))
        readings[1].ready = True
        harness.watch.settle()
        self.assertEqual([], harness.frames.of("Step"))
        readings[0].ready = True
        harness.watch.settle()
        self.assertEqual([0, 1], [step["backward"] for step in harness.frames.of("Step")])
        harness.watch.settle(force=True)
        last = harness.frames.of("Step")[2]
        self.assertEqual((2, 3, False), (last["backward"], last["watched"], "norms" in last))


class WalkTest(unittest.TestCase):
    def setUp(self):
        self.leaves = [nn.Parameter(torch.ones(1)) for _ in range(3)]
        self.index_of = {id(leaf): index for index, leaf in enumerate(self.leaves)}

    def test_walk_comes_to_what_the_output_was_made_of(self):
        a, b, _ = self.leaves
        seen = walk([a * 2 + (b * 3).detach(), a], self.index_of)
        self.assertEqual(({0}, False, 2), (seen.parameters, seen.truncated, seen.tensors))

    def test_walk_past_its_limit_says_so(self):
        total = self.leaves[0]
        for _ in range(50):
            total = total + 1
        self.assertTrue(walk([total], self.index_of, limit=20).truncated)
        self.assertFalse(walk([total], self.index_of, limit=51).truncated)

    def test_long_graph_needs_no_recursion(self):
        total = self.leaves[0]
        for _ in range(20_000):
            total = total + 1
        self.assertEqual(({0}, 20_001), (walk([total], self.index_of).parameters, walk([total], self.index_of).nodes))

    def test_ddps_sink_is_left_by_the_output_it_was_entered_for(self):
        class _DDPSink(torch.autograd.Function):
            @staticmethod
            def forward(context, *inputs):
                return inputs

            @staticmethod
            def backward(context, *gradients):
                return gradients

        outputs = _DDPSink.apply(*[leaf * 2 for leaf in self.leaves])
        self.assertEqual({1}, walk([outputs[1].sum()], self.index_of).parameters)
        self.assertEqual({0, 2}, walk([outputs[0] + outputs[2]], self.index_of).parameters)
        self.assertEqual({0, 1, 2}, walk(outputs, self.index_of).parameters)

    def test_outputs_are_found_in_containers_and_objects(self):
        class Holder:
            def __init__(self, **members):
                self.__dict__.update(members)

        one, two, three = torch.ones(1), torch.ones(1), torch.ones(1)
        cyclic = Holder(one=one, rest={"two": [two, (None, 3, "x")]})
        cyclic.self = cyclic
        self.assertEqual({id(one), id(two), id(three)}, set(map(id, tensors_in([cyclic, {three}]))))


class DescriptionTest(unittest.TestCase):
    def manifest(self, model, **more):
        described = Description(model)
        size = len(described.parameters)
        frames = described.manifest(0, "Net", "Module", [False] * size, [True] * size, None)
        return json.loads(frames[0][5:].decode("utf-8"))

    def test_each_tensor_stands_once_with_its_other_names(self):
        model = Net()
        model.again = model.head
        model.tied = nn.Linear(4, 1)
        model.tied.weight = model.spare.weight
        manifest = self.manifest(model)
        self.assertEqual([name for name, _ in model.named_parameters()], [parameter["name"] for parameter in manifest["parameters"]])
        aliases = {parameter["name"]: parameter["aliases"] for parameter in manifest["parameters"] if parameter["aliases"]}
        self.assertEqual({"head.weight": ["again.weight"], "head.bias": ["again.bias"], "spare.weight": ["tied.weight"]}, aliases)
        self.assertEqual(len(model.state_dict()), manifest["state_dict_keys"])

    def test_state_dict_keys_count_persistent_buffers(self):
        model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        model.register_buffer("kept", torch.ones(1))
        model.register_buffer("dropped", torch.ones(1), persistent=False)
        self.assertEqual(len(model.state_dict()), self.manifest(model)["state_dict_keys"])

    def test_modules_without_parameters_are_left_out(self):
        model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Linear(2, 2)))
        manifest = self.manifest(model)
        self.assertEqual(["", "0", "2", "2.0"], [module["name"] for module in manifest["modules"]])
        self.assertEqual([1, 1, 3, 3], [parameter["module"] for parameter in manifest["parameters"]])

    def test_ignored_parameters_are_not_reduced(self):
        described = Description(Net())
        self.assertEqual([False, True, True, True, True, True], described.reduced_in({"body.weight"}))

    def test_two_parameters_in_one_memory_are_noted(self):
        model = Net()
        model.spare.weight = nn.Parameter(model.head.weight.data)
        self.assertEqual(["spare.weight shares its memory with head.weight"], self.manifest(model)["notes"])


if __name__ == "__main__":
    unittest.main()
