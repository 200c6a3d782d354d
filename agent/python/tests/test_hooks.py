"""Hooks on parameters: beside the user's own, gone without a trace, silent where nothing is accumulated."""
import unittest

import torch
from torch import nn

from gradwatch.hooks import HookSet


class HookSetTest(unittest.TestCase):
    def setUp(self):
        self.model = nn.Linear(2, 2)
        self.parameters = list(self.model.parameters())
        self.hooks = HookSet(self.parameters)

    def backward(self):
        self.model(torch.ones(1, 2)).sum().backward()

    def test_hooks_taken_off_leave_the_tensors_as_they_were(self):
        for _ in range(2):
            self.hooks.put_on_all()
            self.backward()
            self.assertEqual(b"\1\1", bytes(self.hooks.fired))
            self.hooks.clear()
            self.hooks.keep_only((1,))
            self.backward()
            self.assertEqual(b"\0\1", bytes(self.hooks.fired))
            self.hooks.close()
            self.hooks.clear()
            self.assertEqual([None, None], [parameter._backward_hooks for parameter in self.parameters])
            self.backward()
            self.assertFalse(self.hooks.any_fired())

    def test_users_hooks_stay_whether_they_came_before_or_after(self):
        seen = []
        before = self.parameters[0].register_hook(lambda gradient: seen.append("before"))
        self.hooks.put_on_all()
        after = self.parameters[1].register_hook(lambda gradient: seen.append("after"))
        self.backward()
        self.assertEqual((b"\1\1", ["after", "before"]), (bytes(self.hooks.fired), sorted(seen)))
        self.hooks.close()
        self.hooks.clear()
        self.backward()
        self.assertEqual((b"\0\0", 4), (bytes(self.hooks.fired), len(seen)))
        self.hooks.put_on_all()
        before.remove()
        after.remove()
        self.backward()
        self.assertEqual((b"\1\1", 4), (bytes(self.hooks.fired), len(seen)))
        self.hooks.close()
        self.assertEqual([None, None], [parameter._backward_hooks for parameter in self.parameters])

    def test_two_models_may_share_a_parameter(self):
        other = HookSet(self.parameters[:1])
        for first, second in ((self.hooks, other), (other, self.hooks)):
            first.put_on_all()
            second.put_on_all()
            self.backward()
            self.assertTrue(first.fired[0] and second.fired[0])
            first.close()
            first.clear()
            second.clear()
            self.backward()
            self.assertEqual((False, True), (first.any_fired(), bool(second.fired[0])))
            second.close()
            second.clear()
            self.assertIsNone(self.parameters[0]._backward_hooks)

    def test_gradient_that_is_only_asked_for_keeps_no_flag_into_the_next_backward(self):
        from gradwatch.description import Description
        from gradwatch.schedule import Schedule
        from gradwatch.watched import Watch
        watch = Watch(0, self.model, Description(self.model), Schedule("job"), lambda frame, model=None: None, True, "Linear")
        watch.forward_begins(True)
        torch.autograd.grad(self.model(torch.ones(1, 2)).sum(), [self.model.bias])
        loss = (torch.ones(1, 2) @ self.model.weight).sum()
        watch.backward_begins([loss])
        loss.backward()
        self.assertEqual(b"\1\0", bytes(watch.hooks.fired))


if __name__ == "__main__":
    unittest.main()
