"""Hooks on the nodes where autograd accumulates gradients: the one place that tells used from unused on this rank.

A hook is put on the AccumulateGrad node itself. The node also runs with no gradient at all, for an output that the loss ignores; then
``grad_outputs[0]`` is None, and that is no use. A hook is called after the accumulation, so it holds no reference that would keep torch
from stealing the gradient instead of copying it.
"""
import time

import torch

#: What a hook costs on the training thread where it could not be measured; measured values are held to this range.
DEFAULT_HOOK_NANOS = 1_200
LEAST_HOOK_NANOS = 300
MOST_HOOK_NANOS = 5_000
_CALIBRATION_TENSORS = 64
_CALIBRATION_ROUNDS = 3


class HookSet:
    """Hooks on some or all of one model's parameters.

    ``fired`` holds a byte a parameter, which a hook sets to 1; hooks run on the thread that runs the backward, on CUDA the engine's own.
    ``keep_nodes`` says that a node once found stays the parameter's node, which DDP's reducer guarantees.
    """

    def __init__(self, parameters, keep_nodes):
        self._parameters = parameters
        self._keep_nodes = keep_nodes
        self._nodes = {}
        self._handles = {}
        self._zeros = bytes(len(parameters))
        self.fired = bytearray(len(parameters))
        self.is_full = False

    def any_fired(self):
        return self.fired.find(1) >= 0

    def clear(self):
        self.fired[:] = self._zeros

    def put_on_all(self):
        """Hooks every trainable parameter that has no hook yet; unfrozen ones get theirs at the next call."""
        for index, parameter in enumerate(self._parameters):
            if parameter.requires_grad and index not in self._handles:
                self._put_on(index, parameter)
        self.is_full = True

    def keep_only(self, indices):
        """Takes off all hooks but those of a few parameters, which go on telling that a pass took place."""
        for index in [index for index in self._handles if index not in indices]:
            self._handles.pop(index).remove()
        for index in indices:
            if index not in self._handles and self._parameters[index].requires_grad:
                self._put_on(index, self._parameters[index])
        if not self._keep_nodes:
            self._nodes = {index: self._nodes[index] for index in self._handles}
        self.is_full = False

    def close(self):
        for handle in self._handles.values():
            handle.remove()
        self._handles.clear()
        self._nodes.clear()
        self.is_full = False

    def _put_on(self, index, parameter):
        node = self._nodes.get(index)
        if node is None:
            node = accumulator_of(parameter)
            # A node that nobody holds dies with the graph, and its hooks with it.
            self._nodes[index] = node
        self._handles[index] = node.register_hook(hook_of(self.fired, index))


def accumulator_of(parameter):
    with torch.enable_grad():
        return parameter.expand_as(parameter).grad_fn.next_functions[0][0]


def hook_of(fired, index):
    """A hook that sets ``fired[index]`` where a defined gradient was accumulated."""
    def note(_, gradients):
        if gradients[0] is not None:
            fired[index] = 1
    return note


def hook_nanos():
    """What one hook costs, measured on a graph of its own. Only after the engine has run once: the first run decides how forks behave."""
    try:
        leaves = [torch.zeros(1, device="cpu", requires_grad=True) for _ in range(_CALIBRATION_TENSORS)]
        with torch.enable_grad():
            total = torch.stack([leaf * 1 for leaf in leaves]).sum()
        bare = min(_backward_nanos(total) for _ in range(_CALIBRATION_ROUNDS))
        hooks = HookSet(leaves, keep_nodes=True)
        hooks.put_on_all()
        hooked = min(_backward_nanos(total) for _ in range(_CALIBRATION_ROUNDS))
        hooks.close()
        return max(LEAST_HOOK_NANOS, min(MOST_HOOK_NANOS, (hooked - bare) // _CALIBRATION_TENSORS))
    except Exception:  # a mode of the user's that forbids such tensors
        return DEFAULT_HOOK_NANOS


def _backward_nanos(total):
    started = time.perf_counter_ns()
    total.backward(retain_graph=True)
    return time.perf_counter_ns() - started
