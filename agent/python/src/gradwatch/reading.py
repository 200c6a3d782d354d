"""Numbers of a pass: gradient norms, the checksum of the weights, the loss.

Tensors are reduced where they live, in a handful of kernels a pass, never with an ``item()`` a parameter. On the CPU the result is read at
once. On an accelerator it is copied to pinned memory without a synchronise and read when its event has passed, at the next look.
"""
import math
from array import array
from operator import attrgetter

import torch
from torch._utils import _flatten_dense_tensors

SMALLEST_F32 = 2.0 ** -149
LARGEST_F32 = (2.0 - 2.0 ** -23) * 2.0 ** 127
_PLAIN = (torch.Tensor, torch.nn.Parameter)
_HALF = (torch.float16, torch.bfloat16)
#: On the CPU, tensors of at most so many elements are reduced side by side in one copy: a kernel each costs 1 us, however few they hold.
SMALL_ELEMENTS = 4_096
_gradient_of = attrgetter("grad")
_kind_of = attrgetter("device", "dtype", "layout")


class Meter:
    """Reads norms of one model's parameters. ``parameters`` is aligned with the manifest. Used by the training thread alone."""

    def __init__(self, parameters):
        self._parameters = parameters
        self._on_cuda = any(parameter.is_cuda for parameter in parameters)

    def read(self, norms, checksum, loss, scale):
        """Starts a reading; each of the four may be left out (False, False, None, None).

        ``loss`` and ``scale`` are tensors of one element: norms and the loss are divided by the scale.
        """
        reading = Reading(len(self._parameters))
        if self._on_cuda and torch.cuda.is_current_stream_capturing():
            return reading  # what is started now would become part of the user's graph
        if loss is not None:
            reading.loss = _scalar(loss)
        if scale is not None:
            reading.scale = _scalar(scale)
        if norms or checksum:
            with torch.no_grad():
                if norms:
                    self._start_norms(reading)
                if checksum:
                    self._start_checksum(reading)
        return reading

    def _start_norms(self, reading):
        gradients = list(map(_gradient_of, self._parameters))
        reading.has_norms = True
        # Mostly all are there and of one kind, which loops of C see.
        if set(map(type, gradients)) == {torch.Tensor} and len(set(map(_kind_of, gradients))) == 1 and gradients[0].layout is torch.strided:
            reading.norms.append((range(len(gradients)), *_norms_of(gradients)))
            return
        groups = {}
        for index, gradient in enumerate(gradients):
            if gradient is None:
                continue
            if gradient.layout is torch.sparse_coo:
                gradient = gradient.coalesce()._values()
            elif type(gradient) not in _PLAIN or gradient.layout is not torch.strided:
                continue  # a DTensor's norm would be a collective
            group = groups.setdefault((gradient.device, gradient.dtype), ([], []))
            group[0].append(index)
            group[1].append(gradient)
        for indices, gradients in groups.values():
            reading.norms.append((indices, *_norms_of(gradients)))

    def _start_checksum(self, reading):
        groups = {}
        for parameter in self._parameters:
            if type(parameter) in _PLAIN and parameter.layout is torch.strided and parameter.is_floating_point() and parameter.numel():
                groups.setdefault((parameter.device, parameter.dtype), []).append(parameter.detach())
        reading.checksums = [
            _Known(math.fsum(_norms_on_host(weights))) if weights[0].device.type == "cpu"
            else _Transfer(_stack(torch._foreach_norm(_wide(weights))).double().sum().reshape(1)) for weights in groups.values()]


class Reading:
    """The numbers of one pass, on their way from the device."""

    def __init__(self, size):
        self._size = size
        self.has_norms = False
        self.norms = []
        self.checksums = None
        self.loss = None
        self.scale = None

    def is_ready(self):
        return all(transfer.is_ready() for transfer in self._transfers())

    def scale_value(self):
        return 1.0 if self.scale is None else self.scale.values()[0] or 1.0

    def norm_values(self):
        """The norms as an array of f32, or None where none were taken; only when ready."""
        if not self.has_norms:
            return None
        scale = self.scale_value()
        values = [-1.0] * self._size
        for indices, norms, largest in self.norms:
            numbers = norms.values()
            if len(numbers) == self._size and scale == 1.0 and 0 < min(numbers) and sum(numbers) <= LARGEST_F32:
                return array("f", numbers)  # the usual case: every parameter, nothing odd
            largest_values = None
            for place, (index, number) in enumerate(zip(indices, numbers)):
                if number == 0 or number == math.inf:
                    # The square of a norm may vanish or overflow where the gradient itself does not.
                    if largest_values is None:
                        largest_values = largest().values()
                    extreme = largest_values[place]
                    number = extreme if number == 0 or math.isfinite(extreme) else number
                values[index] = _as_f32(number, scale)
        return array("f", values)

    def checksum_value(self):
        return None if self.checksums is None else math.fsum(transfer.values()[0] for transfer in self.checksums)

    def loss_value(self):
        return None if self.loss is None else self.loss.values()[0] / self.scale_value()

    def _transfers(self):
        for _, norms, largest in self.norms:
            yield norms
            if isinstance(largest, _Kept):
                yield largest.transfer
        for transfer in self.checksums or ():
            yield transfer
        if self.loss is not None:
            yield self.loss
        if self.scale is not None:
            yield self.scale


class _Transfer:
    """One small tensor on its way to the host."""

    def __init__(self, tensor):
        self._values = None
        # Named devices, since the user may have set a default one.
        self._host = torch.empty(tensor.shape, dtype=tensor.dtype, device="cpu", pin_memory=True)
        self._host.copy_(tensor, non_blocking=True)
        self._event = getattr(torch, tensor.device.type).Event()
        self._event.record()

    def is_ready(self):
        return self._values is not None or self._event.query()

    def values(self):
        if self._values is None:
            self._values = self._host.tolist()
        return self._values


class _Known:
    """What was on the host already."""

    def __init__(self, *values):
        self._values = values

    def is_ready(self):
        return True

    def values(self):
        return self._values


def _scalar(tensor):
    if tensor.device.type == "cpu":
        return _Known(tensor.item())
    return _Transfer(tensor.detach().reshape(1).float())


class _Kept:
    """Largest magnitudes that were computed beside the norms, because later the gradients may be gone."""

    def __init__(self, transfer):
        self.transfer = transfer

    def __call__(self):
        return self.transfer


def _norms_of(gradients):
    """(transfer of the norms, a callable that gives the transfer of the largest magnitudes)."""
    if gradients[0].device.type == "cpu":
        # Read at once, so the gradients are still there if a norm of 0 or infinity has to be looked into.
        return _Known(*_norms_on_host(gradients)), lambda: _Known(*_largest_on_host(gradients))
    wide = _wide(gradients)
    return _Transfer(_stack(torch._foreach_norm(wide))), _Kept(_Transfer(_stack(torch._foreach_norm(wide, math.inf))))


def _norms_on_host(tensors):
    """L2 norms of CPU tensors of one dtype, as floats in their order."""
    sizes = list(map(torch.Tensor.numel, tensors))
    small = [place for place, size in enumerate(sizes) if 0 < size <= SMALL_ELEMENTS]
    if len(small) < 2 or tensors[0].is_complex():
        return _stack(torch._foreach_norm(_wide(tensors))).tolist()
    flat = _flatten_dense_tensors(tensors if len(small) == len(tensors) else [tensors[place] for place in small])
    flat = flat.float() if flat.dtype in _HALF else flat
    lengths = torch.tensor([sizes[place] for place in small], device="cpu")
    norms = torch.segment_reduce(flat * flat, "sum", lengths=lengths, unsafe=True).sqrt_().tolist()
    if len(small) == len(tensors):
        return norms
    values = [-1.0] * len(tensors)
    for place, norm in zip(small, norms):
        values[place] = norm
    large = [place for place, value in enumerate(values) if value == -1]
    for place, norm in zip(large, _stack(torch._foreach_norm(_wide([tensors[place] for place in large]))).tolist()):
        values[place] = norm
    return values


def _largest_on_host(tensors):
    return _stack([tensor.abs().max() if tensor.numel() else tensor.abs().new_zeros(()) for tensor in _wide(tensors)]).tolist()


def _wide(tensors):
    """Halves as floats: a norm above 65504 is no overflow of the gradient."""
    return [tensor.float() for tensor in tensors] if tensors[0].dtype in _HALF else list(tensors)


def _stack(scalars):
    stacked = torch.stack(tuple(scalars))
    return stacked if not stacked.is_complex() else stacked.abs()


def _as_f32(number, scale):
    if number != number or number == math.inf:
        return number
    number /= scale
    return 0.0 if number == 0 else min(max(number, SMALLEST_F32), LARGEST_F32)
