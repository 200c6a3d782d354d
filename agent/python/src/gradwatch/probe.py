"""What the structure shows: which parameters an output or a loss can reach, and which modules ran.

Two sources that nothing else offers together: one walk of the autograd graph, and forward hooks on all modules while a pass is probed.
"""
import collections.abc
import sys

import torch

from gradwatch import limits

#: Frames that a forward hook looks up for the checkpoint that it runs in; deeper nesting is taken for no checkpoint.
MAX_FRAMES = 80
#: DDP puts this node behind all of its outputs when it looks for unused parameters, and in a static graph's first pass.
_SINK = "_DDPSinkBackward"


class Walk:
    """What a walk of the graph came to.

    ``parameters`` is a set of indices; ``nodes`` counts the nodes seen; ``truncated`` says that the graph has more than the limit, so that
    what is missing from ``parameters`` proves nothing.
    """

    def __init__(self):
        self.parameters = set()
        self.reentrant_checkpoint = False
        self.nodes = 0
        self.truncated = False
        self.tensors = 0


def tensors_in(value):
    """Tensors held by what a forward returned: torch's own container rules, and dataclasses, mappings and plain objects besides."""
    found = []
    seen = set()
    stack = [value]
    while stack and len(seen) < limits.MAX_OUTPUT_OBJECTS:
        item = stack.pop()
        if isinstance(item, torch.Tensor):
            found.append(item)
            continue
        if item is None or isinstance(item, (str, bytes, int, float, complex, torch.nn.Module, type)) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, collections.abc.Mapping):
            stack.extend(item.values())
        elif isinstance(item, (list, tuple, set, frozenset)):
            stack.extend(item)
        elif hasattr(item, "__dict__") and not callable(item):
            stack.extend(vars(item).values())
    return found


def walk(tensors, index_of, limit=limits.MAX_GRAPH_NODES):
    """Follows the graph back from ``tensors``; ``index_of`` maps id(parameter) to its index. Reads the graph, never a tensor's data."""
    result = Walk()
    seen = set()
    stack = []
    for tensor in tensors:
        if tensor.grad_fn is not None:
            result.tensors += 1
            _push(stack, seen, tensor.grad_fn, tensor.output_nr)
        elif tensor.requires_grad:
            result.tensors += 1
            _note_variable(tensor, index_of, result)
    while stack:
        if len(seen) > limit:
            result.truncated = True
            break
        node, output = stack.pop()
        variable = getattr(node, "variable", None)
        if variable is not None:
            _note_variable(variable, index_of, result)
            continue
        name = type(node).__name__
        if name == "CheckpointFunctionBackward":
            result.reentrant_checkpoint = True
        edges = node.next_functions
        if name == _SINK and output < len(edges):
            edges = edges[output:output + 1]
        for following, number in edges:
            if following is not None:
                _push(stack, seen, following, number)
    result.nodes = len(seen)
    return result


def _push(stack, seen, node, output):
    """A node is visited once; DDP's sink once an output, because it hands output i's gradient to input i alone."""
    key = (node, output) if type(node).__name__ == _SINK else node
    if key not in seen:
        seen.add(key)
        stack.append((node, output))


def _note_variable(variable, index_of, result):
    index = index_of.get(id(variable))
    if index is not None:
        result.parameters.add(index)


def is_in_reentrant_checkpoint():
    """Whether the caller runs below the forward of a reentrant checkpoint: torch's own, or one made after it."""
    frame = sys._getframe(1)
    for _ in range(MAX_FRAMES):
        if frame is None:
            return False
        code = frame.f_code
        if code.co_name == "forward" and code.co_varnames[:1] == ("ctx",) and "checkpoint" in code.co_filename:
            return True
        frame = frame.f_back
    return False


class ModuleRecord:
    """Which modules of one model ran since the pass before; indices as in the manifest."""

    def __init__(self):
        self.ran = set()
        self.shown = set()
        self.checkpointed = set()
        self.reentrant = False

    def note(self, index):
        """A module's forward has just returned, on the training thread."""
        self.ran.add(index)
        if torch.is_grad_enabled():
            self.shown.add(index)
        elif is_in_reentrant_checkpoint():
            self.checkpointed.add(index)

    def hidden(self):
        """Those that the graph does not show: they ran in a reentrant checkpoint only."""
        return self.checkpointed - self.shown
