"""One watched model: its passes, from the hooks that fire to the frames that say so."""
import threading
import time
import weakref
from collections import deque
from operator import attrgetter

from gradwatch import limits, wire
from gradwatch.hooks import HookSet
from gradwatch.ledger import Ledger, little_endian
from gradwatch.probe import ModuleRecord, tensors_in, walk
from gradwatch.reading import Meter
from gradwatch.schedule import PROBED_PASSES

#: How many parameters keep a hook between windows; together they are used in every pattern seen, where so few suffice.
MAX_SENTINELS = 4
#: Backwards without a sentinel's word, after a forward, until all hooks go on to see what changed.
MAX_SILENT_BACKWARDS = 16
MAX_RECENT_PATTERNS = 64
LATE_READING_SECONDS = 1.0

_requires_grad = attrgetter("requires_grad")


class Watch:
    """The passes of one model on this rank.

    ``offer(frame, model)`` takes frames. All methods are for the training thread, except ``open_picture``, ``settle`` and the frames asked
    for after a reconnect, which the sending thread calls. Between windows only a few sentinel hooks stay on.
    """

    def __init__(self, number, wrapper, description, schedule, offer, is_ddp, name):
        self.number = number
        self.description = description
        self.schedule = schedule
        self._wrapper = weakref.ref(wrapper)
        self.is_ddp = is_ddp
        self.name = name
        self.size = len(description.parameters)
        self.ledger = Ledger(number, self.size)
        self.hooks = HookSet(description.parameters)
        self.backward = 0
        self.steps = {}
        self.ddp = None
        self.compiled = False
        # Whether forward hooks were put on for it. DDP's come with its first forward, when a torch.compile around it shows.
        self.probing = False
        self.probes_left = PROBED_PASSES
        self.probes = deque(maxlen=limits.MAX_PROBES)
        self.record = ModuleRecord()
        # Between windows: nothing to look at before and after the coming backward but the sentinels.
        self.rests = False
        self.inside = False
        self.flags_of_last = 0
        self.step_nanos = 0
        self.mean_step_nanos = 0
        self.reduced = [False] * self.size
        self._offer = offer
        self._trainable_at_first = bytes(map(_requires_grad, description.parameters))
        self._trainable = self._trainable_at_first
        self._trainable_seen = self._trainable_at_first
        self._meter = Meter(description.parameters)
        self._pending = deque()
        self._settling = threading.Lock()
        self._forward_ran = False
        self._no_sync = not is_ddp
        self._last_end = 0
        self._reaches_output = None
        self._reaches_loss = None
        self._walk = None
        self._probe_sent = False
        self._recent = {}
        self._sentinels = ()
        self._silent = 0
        self._searching = False
        self._complete_pattern = None
        self._packed = (None, None)
        self._pictured = (-1, None)

    # -- before and after the model's own forward

    def forward_begins(self, sync):
        """A forward with gradients enabled; ``sync`` says that DDP will average what its backward brings."""
        self.inside = True
        if not self._forward_ran:
            self._no_sync = True
            self._reaches_output = None
        self._no_sync = self._no_sync and not sync
        self._forward_ran = True
        self._hook_where_due()
        if self.hooks.is_full:
            self._look_for_flips()

    def forward_ended(self, output):
        self.inside = False
        if self.probes_left <= 0:
            return
        seen = walk(tensors_in(output), self.description.index_of)
        self._walk = seen
        if seen.tensors and not seen.truncated:
            self._reaches_output = (self._reaches_output or set()) | seen.parameters
        if seen.reentrant_checkpoint:
            self.record.reentrant = True

    def forward_failed(self):
        self.inside = False
        self._announce_changes()

    # -- around a backward pass

    def backward_begins(self, tensors):
        """``tensors`` are those that the backward starts from, or None where they are not known."""
        self.hooks.clear()
        self._hook_where_due()
        if self.hooks.is_full and not self._forward_ran:
            self._look_for_flips()
        self._reaches_loss = None
        self._probe_sent = False
        if self.probes_left > 0 and tensors:
            seen = walk(tensors, self.description.index_of)
            self._walk = seen if self._walk is None or seen.nodes > self._walk.nodes else self._walk
            if seen.tensors and not seen.truncated:
                self._reaches_loss = seen.parameters
            if seen.reentrant_checkpoint:
                self.record.reentrant = True
            # The process may die in the backward itself, so what is known already goes out before it.
            if seen.parameters or (self._forward_ran and self.record.checkpointed):
                self._send_probe()

    def took_part(self, is_only_model):
        """Whether the backward that has just ended was a pass of this model."""
        if self.hooks.any_fired():
            self._silent = 0
            return True
        if self.hooks.is_full or not self._forward_ran:
            return False
        if is_only_model:
            # The backward can only be its own. A sentinel may be silent where the pattern is new, and a pass that one rank misses and
            # another counts would set their numbers apart for good.
            return True
        self._silent += 1
        if self._silent >= MAX_SILENT_BACKWARDS:
            self._searching = True
            self.rests = False
        return False

    def end_pass(self, partial, sync_now, loss, scale, scaled):
        """Closes the pass; returns how many hooks fired in it.

        ``sync_now`` is what DDP's switch says now, for a pass without a forward; ``loss`` and ``scale`` are tensors or None.
        """
        now = time.perf_counter_ns()
        step_nanos = now - self._last_end if self._last_end else 0
        self._last_end = now
        self.step_nanos = step_nanos
        if step_nanos:
            self.mean_step_nanos = step_nanos if not self.mean_step_nanos else (self.mean_step_nanos * 15 + step_nanos) // 16
        number = self.backward
        self.backward = number + 1
        if self.rests:
            self._forward_ran = False
            for index in self._sentinels:
                self.hooks.fired[index] = 0
            self.rests = not self.schedule.watches(self.backward)
            return len(self._sentinels)
        flags = self._flags(partial, sync_now, scaled)
        self.flags_of_last = flags
        count = self.hooks.fired.count(1)
        watched = self.hooks.is_full
        if watched:
            self._announce_changes(number)
            self._report(number, flags, step_nanos, partial, loss, scale)
        if self.probes_left > 0:
            if not self._probe_sent:
                self._send_probe(number)
            self.probes_left -= 1
            self.record = ModuleRecord()
            self._walk = None
        self._forward_ran = False
        self._no_sync = not self.is_ddp
        self._reaches_output = None
        self.hooks.clear()
        if watched:
            self._searching = False
            if not self.schedule.watches(self.backward):
                self._choose_sentinels()
                self.hooks.keep_only(self._sentinels)
        self.rests = not self.hooks.is_full and self.probes_left <= 0 and not self.schedule.watches(self.backward)
        return count

    def awaits_backward(self):
        return self._forward_ran

    def syncs_now(self):
        wrapper = self._wrapper()
        return self.is_ddp and wrapper is not None and bool(wrapper.require_backward_grad_sync)

    def has_stray(self):
        """True where hooks fired with no backward of torch.autograd's around them: someone drives the engine directly."""
        return self.hooks.is_full and self.hooks.any_fired()

    # -- for the sending thread

    def open_picture(self):
        """Sends a picture of the open pass where it changed: a rank that hangs in a collective may never end it."""
        pattern = bytes(self.hooks.fired)
        picture = (self.backward, pattern)
        if not self.hooks.is_full or 1 not in pattern or picture == self._pictured:
            return
        self._pictured = picture
        self._announce_changes()
        flags = self._flags(True, True, False) | wire.OPEN
        self._offer(wire.step(self.number, flags, self.size, self.step, self.backward, self.ledger.watched + 1, _wall_micros(), 0,
                              wire.pack_bits(pattern)), self.number)

    def settle(self, force=False):
        """Sends the passes whose numbers have come; with ``force`` the others too, without their numbers."""
        if not self._pending or not self._settling.acquire(False):
            return
        try:
            while self._pending:
                number, flags, step_nanos, steps, watched, used, reading, begun, wall = self._pending[0]
                ready = reading is None or reading.is_ready()
                late = force or len(self._pending) > limits.MAX_PENDING_READINGS or time.monotonic() - begun > LATE_READING_SECONDS
                if not ready and not late:
                    return
                self._pending.popleft()
                self._send_step(number, flags, step_nanos, steps, watched, used, reading if ready else None, wall)
        finally:
            self._settling.release()

    def manifest(self):
        wrapper = "DistributedDataParallel" if self.is_ddp else "Module"
        return self.description.manifest(self.number, self.name, wrapper, self.reduced, self._trainable_at_first, self.ddp)

    def progress(self):
        return {"model": self.number, "step": self.step, "backward": self.backward, "watched": self.ledger.watched,
                "step_nanos": self.mean_step_nanos, "flags": self.flags_of_last & wire.LEDGER_FLAGS}

    def close(self):
        self.hooks.close()

    @property
    def step(self):
        """Optimizer steps completed: those of the optimizer that stepped most, since several may share a model."""
        return max(self.steps.values(), default=0)

    # -- inside

    def _flags(self, partial, sync_now, scaled):
        flags = wire.PARTIAL if partial else 0
        if self._forward_ran or not self.is_ddp:
            flags |= wire.FORWARD_RAN
        if self._no_sync if self._forward_ran else not (self.is_ddp and sync_now):
            flags |= wire.NO_SYNC
        return flags | (wire.SCALED if scaled else 0)

    def _report(self, number, flags, step_nanos, partial, loss, scale):
        pattern = bytes(self.hooks.fired)
        if partial:
            pattern = self._with_siblings(pattern)
        else:
            self._complete_pattern = pattern
        if len(self._recent) < MAX_RECENT_PATTERNS:
            self._recent[pattern] = None
        steps = self.step
        self.ledger.enter(number, steps, pattern, flags, step_nanos)
        if self._packed[0] != pattern:
            self._packed = (pattern, wire.pack_bits(pattern))
        reading = None
        if not partial:
            norms = self.schedule.wants_norms(number)
            reading = self._read(norms, self.schedule.wants_checksum(number), loss, scale)
        self._pending.append((number, flags, step_nanos, steps, self.ledger.watched, self._packed[1], reading, time.monotonic(), _wall_micros()))
        self.settle()

    def _read(self, norms, checksum, loss, scale):
        """Numbers are an extra: where a device cannot give them, use is still told."""
        if self._meter is None:
            return None
        try:
            return self._meter.read(norms, checksum, loss, scale if norms or loss is not None else None)
        except Exception as error:
            self._meter = None
            self.description.notes.append(limits.cut_name("norms and losses could not be read: %s: %s" % (type(error).__name__, error)))
            for frame in self.manifest():
                self._offer(frame)
            return None

    def _send_step(self, number, flags, step_nanos, steps, watched, used, reading, wall):
        norms = checksum = loss = None
        if reading is not None:
            values = reading.norm_values()
            checksum, loss = reading.checksum_value(), reading.loss_value()
            if values is not None:
                self.ledger.enter_norms(number, values, flags)
                norms = little_endian(values)
            if checksum is not None:
                self.ledger.enter_checksum(number, checksum)
        self._offer(wire.step(self.number, flags, self.size, steps, number, watched, wall, step_nanos, used, norms, checksum, loss),
                    self.number)

    def _with_siblings(self, pattern):
        """In a backward that raised, a module's bias may show and its weight not: a module that ran used all it owns, as far as is known.

        What is known is this pass's record of forwards while probing, later the last whole pass.
        """
        filled = bytearray(pattern)
        for module, indices in self.description.owned.items():
            if len(indices) < 2 or not any(pattern[index] for index in indices):
                continue
            for index in indices:
                known = (module in self.record.ran if self.probes_left > 0
                         else self._complete_pattern is not None and self._complete_pattern[index])
                if known and self._trainable[index]:
                    filled[index] = 1
        return bytes(filled)

    def _hook_where_due(self):
        if not self.hooks.is_full and (self._searching or self.schedule.watches(self.backward)):
            self.hooks.put_on_all()

    def _look_for_flips(self):
        now = bytes(map(_requires_grad, self.description.parameters))
        if now != self._trainable:
            self._trainable = now
            self.hooks.put_on_all()

    def _announce_changes(self, number=None):
        """Sends the flips of requires_grad since the last ones sent; a GAN's that are undone before the next pass never show."""
        before, now = self._trainable_seen, self._trainable
        if before == now:
            return
        self._trainable_seen = now
        change = {"backward": self.backward if number is None else number,
                  "frozen": [index for index in range(self.size) if before[index] and not now[index]],
                  "unfrozen": [index for index in range(self.size) if now[index] and not before[index]]}
        self.ledger.enter_change(change)
        self._offer(wire.json_frame(wire.CHANGE, dict(model=self.number, **change)))

    def _send_probe(self, number=None):
        record, seen = self.record, self._walk
        self.complete_record()
        frame = wire.json_frame(wire.PROBE, {
            "model": self.number, "backward": self.backward if number is None else number, "ran": sorted(record.ran),
            "reaches_output": None if self._reaches_output is None else sorted(self._reaches_output),
            "reaches_loss": None if self._reaches_loss is None else sorted(self._reaches_loss),
            "hidden": sorted(record.hidden()), "reentrant_checkpoint": record.reentrant or bool(record.checkpointed),
            "nodes": 0 if seen is None else seen.nodes, "truncated": False if seen is None else seen.truncated})
        self._probe_sent = True
        self.probes.append(frame)
        self._offer(frame)

    def complete_record(self):
        """Adds what forward hooks cannot see: modules whose parent uses their weights itself, a compiled model's, and those called outside of it."""
        record, description = self.record, self.description
        for index, (_, class_name) in enumerate(description.modules):
            # torch.nn.MultiheadAttention hands this child's weights to a function and never calls it.
            if class_name == "NonDynamicallyQuantizableLinear":
                parent = description.parent_of(index)
                if parent in record.ran:
                    record.ran.add(index)
                    if parent in record.shown:
                        record.shown.add(index)
                    elif parent in record.checkpointed:
                        record.checkpointed.add(index)
        if self.compiled or not self._forward_ran:
            # No forward hook saw them, but what the graph holds was computed.
            for index in (self._reaches_output or set()) | (self._reaches_loss or set()):
                record.ran.add(description.owner[index])
                record.shown.add(description.owner[index])

    def _choose_sentinels(self):
        """A few parameters that, together, are used in every recent pattern: they tell a pass of this model from another's backward."""
        left = [int.from_bytes(pattern, "little") for pattern in self._recent]
        chosen = []
        while left and len(chosen) < MAX_SENTINELS:
            common = left[0]
            rest = []
            for pattern in left[1:]:
                if common & pattern:
                    common &= pattern
                else:
                    rest.append(pattern)
            if common:
                chosen.append((common & -common).bit_length() // 8)
            left = rest
        self._sentinels = tuple(index for index in chosen if self._trainable[index])
        self._recent = {}


def _wall_micros():
    return time.time_ns() // 1000
