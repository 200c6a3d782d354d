"""Hooks where autograd hands a parameter its gradient: the one place that tells used from unused on this rank.

A hook is the tensor's own, as ``Tensor.register_hook`` makes it. Autograd calls it before it accumulates, also with no gradient at all, for an
output that the loss ignores; then it is given None, and that is no use. It keeps no reference, so torch goes on stealing the gradient
instead of copying it. It is called for ``torch.autograd.grad`` with the parameter as an input too, where nothing is accumulated, so what fired
outside of a backward is cleared when one begins.

Why not on the AccumulateGrad node, which sees accumulation alone: a node never loses the C++ side of its hooks. DDP keeps its nodes, so
every unwatched pass would go on paying about 0.6 us a parameter for hooks long removed. A tensor's hooks go whole.
"""
import time
from collections import OrderedDict

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
    A parameter that has no other hooks gets a dictionary of ours as a whole, which is made once: two assignments a parameter put a hook
    on and take it off, where torch's handles cost 2 us. One that the user hooked keeps the user's dictionary.
    """

    def __init__(self, parameters):
        self._parameters = parameters
        #: Our key among a tensor's hooks, where torch's own are numbers; two models may share a parameter.
        self._key = object()
        self._on = bytearray(len(parameters))
        self._own = [None] * len(parameters)
        self._zeros = bytes(len(parameters))
        self.fired = bytearray(len(parameters))
        self.is_full = False

    def any_fired(self):
        return self.fired.find(1) >= 0

    def clear(self):
        self.fired[:] = self._zeros

    def put_on_all(self):
        """Hooks every trainable parameter that has no hook yet; unfrozen ones get theirs at the next call."""
        on = self._on
        for index, parameter in enumerate(self._parameters):
            if not on[index] and parameter.requires_grad:
                self._put_on(index, parameter)
        self.is_full = True

    def keep_only(self, indices):
        """Takes off all hooks but those of a few parameters, which go on telling that a pass took place."""
        on = self._on
        for index, parameter in enumerate(self._parameters):
            if on[index] and index not in indices:
                self._take_off(index, parameter)
        for index in indices:
            if not on[index] and self._parameters[index].requires_grad:
                self._put_on(index, self._parameters[index])
        self.is_full = False

    def close(self):
        self.keep_only(())

    def _put_on(self, index, parameter):
        hooks = parameter._backward_hooks
        if hooks is None:
            own = self._own[index]
            if own is None or self._key not in own:
                # Ordered, as torch's are: the user's later hooks join in it, and their handles need a weak reference to it.
                self._own[index] = own = OrderedDict(((self._key, hook_of(self.fired, index)),))
            parameter._backward_hooks = own
        else:
            hooks[self._key] = hook_of(self.fired, index)
        self._on[index] = 1

    def _take_off(self, index, parameter):
        self._on[index] = 0
        hooks = parameter._backward_hooks
        if hooks is None:
            return
        if hooks is not self._own[index] or len(hooks) > 1:
            hooks.pop(self._key, None)
            if hooks:
                return
        # An empty dictionary would still cost what a hook does: torch drops its side of it with the last.
        parameter._backward_hooks = None


def hook_of(fired, index):
    """A hook that sets ``fired[index]`` where there is a gradient to accumulate."""
    def note(gradient):
        if gradient is not None:
            fired[index] = 1
    return note


def hook_nanos():
    """What one hook costs, measured on a graph of its own. Only after the engine has run once: the first run decides how forks behave."""
    try:
        leaves = [torch.zeros(1, device="cpu", requires_grad=True) for _ in range(_CALIBRATION_TENSORS)]
        with torch.enable_grad():
            total = torch.stack([leaf * 1 for leaf in leaves]).sum()
        bare = min(_backward_nanos(total) for _ in range(_CALIBRATION_ROUNDS))
        hooks = HookSet(leaves)
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
