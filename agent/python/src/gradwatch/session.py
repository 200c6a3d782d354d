"""The reporter of one process: which models are watched, what torch calls into, what the connection says.

Everything that torch reaches is guarded: our own exception is said once on stderr and turns the reporter off; the user's pass untouched.
"""
import functools
import os
import threading
import time
import traceback
import weakref
from collections import deque

import torch

from gradwatch import __version__, description, discovery, limits, wire
from gradwatch.account import Account
from gradwatch.forwards import Forwards
from gradwatch.hooks import DEFAULT_HOOK_NANOS, hook_nanos
from gradwatch.probe import tensors_in
from gradwatch.saying import say
from gradwatch.schedule import FIRST_PASSES, Schedule, budget_of
from gradwatch.sender import Sender, address_of
from gradwatch.watched import Watch

DEFAULT_PORT = 7787
#: A pass that is open for longer is pictured, and again at most so often.
OPEN_SECONDS = 0.2
PICTURE_SECONDS = 1.0
FINISH_SECONDS = 2.0
#: What our wrappers cost around an unwatched pass that their own clock does not see.
UNSEEN_NANOS = 2_000
_UNREACHABLE_ATTEMPTS = 4


def _guarded(method):
    """Our own mistakes stay ours: said once, then the reporter is quiet."""
    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        if not self.on:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self.broken(error)
            return None
    return guarded


class _Pass:
    """An open backward pass: from the outermost call of torch.autograd.backward to its end."""

    __slots__ = ("loss", "scale", "scaled", "began", "pictured")

    def __init__(self, loss, scale, scaled):
        self.loss = loss
        self.scale = scale
        self.scaled = scaled
        self.began = time.monotonic()
        self.pictured = 0.0


class Session:
    """Created where the first model is watched; one a process, a forked child's is its own."""

    def __init__(self, address, token, job, budget, trust=None):
        self.on = True
        self.watches = {}
        self._address = address
        self._token = token
        self._job = job
        self._budget = budget
        self._sender = Sender(address, self, trust=trust)
        self._is_secure = trust is not None
        self._distrusted = False
        self._made = 0
        self._open = None
        self._failures = deque(maxlen=limits.MAX_FAILURES)
        self._reported = None
        self._remains = {}
        self._ended = []
        self._wanted_probes = set()
        self._models_of = {}
        self._scaled = None
        self._scaled_losses = deque(maxlen=16)
        self._hook_nanos = 0
        self._watch_nanos = 0
        self._window_nanos = {}
        self._baseline = (0, 0)
        self._began = time.perf_counter_ns()
        self._forwards = Forwards(self)
        self._device = torch.device("cpu")
        self._started = False
        self._unseen = []
        self._has_ddp = False
        self._norms = True

    @property
    def has_ddp(self):
        return self._has_ddp

    @property
    def is_in_backward(self):
        return self._open is not None

    # -- models

    def watch_ddp(self, ddp):
        """Watches a DistributedDataParallel; it is known by its id from then on and nothing is written into it."""
        if not self.on or id(ddp) in self.watches:
            return
        try:
            self._add(ddp, ddp.module, True, ())
        except Exception as error:
            self.broken(error)

    def watch_plain(self, module, notes=()):
        """Watches a module that nothing averages."""
        if not self.on or id(module) in self.watches:
            return
        try:
            self._add(module, module, False, notes)
        except Exception as error:
            self.broken(error)

    def say_unseen(self, name, total, note):
        """Tells the collector, and a person at the end, of a model that could not be watched."""
        self._unseen.append(note)
        if self._made >= limits.MAX_MODELS:
            return
        number = self._made
        self._made += 1
        frames = wire.manifest({"model": number, "name": limits.cut_name(name), "wrapper": "Module", "parameters_total": total,
                                "state_dict_keys": 0}, [], [], {"ddp": None, "notes": [limits.cut_name(note)]})
        self._remains[number] = frames
        self._start()
        for frame in frames:
            self._sender.offer(frame)

    def _add(self, wrapper, module, is_ddp, notes):
        if self._made >= limits.MAX_MODELS:
            say("%d models (expected: at most %d): the later ones are not watched" % (self._made + 1, limits.MAX_MODELS))
            return
        began = time.perf_counter_ns()
        compiled = discovery.is_compiled(module)
        if compiled:
            notes = (*notes, discovery.COMPILED_NOTE)
        described = description.Description(module, notes)
        watch = Watch(self._made, wrapper, described, Schedule(self._job, self._budget), self._sender.offer, is_ddp,
                      discovery.class_name(module))
        watch.compiled = compiled
        watch.schedule.norms = self._norms
        if is_ddp:
            self._has_ddp = True
            watch.ddp = description.ddp_settings(wrapper)
            watch.reduced = described.reduced_in(wrapper.parameters_to_ignore)
        if described.parameters:
            self._device = described.parameters[0].device
        self._made += 1
        key = id(wrapper)
        self.watches[key] = watch
        weakref.finalize(wrapper, self._forget, key).atexit = False
        self._models_of.clear()
        for frame in watch.manifest():
            self._sender.offer(frame)
        self._start()
        if not is_ddp:
            watch.probing = True
            self._forwards.follow()
        self._watch_nanos += time.perf_counter_ns() - began

    def _forget(self, key):
        """The model was collected. Its frames are kept, in case the collector has to be told everything again."""
        watch = self.watches.pop(key, None)
        if watch is None:
            return
        try:
            watch.settle(force=True)
            self._remains[watch.number] = watch.manifest() + list(watch.probes) + [watch.ledger.frame()]
            self._ended.append(watch.progress())
            watch.close()
            self._models_of.clear()
            self._forwards.follow()
        except Exception as error:
            self.broken(error)

    def _start(self):
        if self._started:
            return
        self._started = True
        self._hello = wire.hello(description.hello_members(self._job, self._token, self._device, __version__))
        self._sender.start()

    # -- forward of DDP

    @_guarded
    def forward_begins(self, ddp, compiling):
        """The model's watch, where this forward may lead to a backward; ``compiling``: dynamo looks at this thread's frames."""
        began = time.perf_counter_ns()
        self._sender.pump()
        if not torch.is_grad_enabled():
            return None
        watch = self.watches.get(id(ddp))
        if watch is None:
            self.watch_ddp(ddp)  # a copy: deepcopy and unpickling run no constructor
            watch = self.watches.get(id(ddp))
            if watch is None:
                return None
        if watch.has_stray() and self._open is None:
            self._end_passes(_Pass(None, None, False), False)
        if watch.backward == 0:
            self._settings_again(watch, ddp)
        if watch.probes_left > 0 and not watch.compiled:
            if compiling:
                self._leave_forwards_alone(watch)
            elif not watch.probing:
                watch.probing = True
                self._forwards.follow()
        watch.settle()
        watch.forward_begins(bool(ddp.require_backward_grad_sync))
        self._sender.pump()
        self._watch_nanos += time.perf_counter_ns() - began
        return watch

    @_guarded
    def forward_ended(self, watch, output):
        if watch.probes_left > 0:
            began = time.perf_counter_ns()
            watch.forward_ended(output)
            self._watch_nanos += time.perf_counter_ns() - began
        else:
            watch.inside = False

    @_guarded
    def forward_failed(self, ddp, watch, error):
        watch = watch or self.watches.get(id(ddp))
        if watch is not None:
            watch.settle(force=True)
            watch.forward_failed()
        self._fail(error, "forward", watch, 0 if watch is None else watch.backward)

    def _settings_again(self, watch, ddp):
        settings = description.ddp_settings(ddp)
        reduced = watch.reduced
        if settings != watch.ddp or watch.compiled != discovery.is_compiled(ddp.module):
            if not watch.compiled and discovery.is_compiled(ddp.module):
                self._leave_forwards_alone(watch)
            watch.ddp = settings
            watch.reduced = reduced
            for frame in watch.manifest():
                self._sender.offer(frame)

    def _leave_forwards_alone(self, watch):
        """Global forward hooks make dynamo compile anew, so a compiled model's forwards stay unwatched and the manifest says so."""
        watch.compiled = True
        watch.description.notes.append(discovery.COMPILED_NOTE)
        for frame in watch.manifest():
            self._sender.offer(frame)
        self._forwards.follow()

    # -- backward

    @_guarded
    def backward_begins(self, tensors):
        """The pass that opens with this call, or None inside an open one (a reentrant checkpoint's own backward)."""
        if self._open is not None or not self.watches:
            return None
        began = time.perf_counter_ns()
        if self._wanted_probes:
            self._probe_again()
        if not any(not watch.rests for watch in self.watches.values()):
            for watch in self.watches.values():
                watch.hooks.clear()
            self._open = opened = _Pass(None, None, False)
            self._watch_nanos += time.perf_counter_ns() - began
            return opened
        probing = any(watch.probes_left > 0 for watch in self.watches.values())
        tensors = tensors_in(tensors) if probing or not isinstance(tensors, torch.Tensor) else [tensors]
        loss = tensors[0] if len(tensors) == 1 and tensors[0].numel() == 1 and not tensors[0].is_complex() else None
        scaled = self._scaled is not None or any(one() is loss for one in self._scaled_losses)
        opened = _Pass(loss, self._scaled if scaled else None, scaled)
        for watch in self.watches.values():
            watch.backward_begins(tensors)
        self._sender.pump()
        self._open = opened
        self._watch_nanos += time.perf_counter_ns() - began
        return opened

    @_guarded
    def backward_ended(self, opened):
        self._end_passes(opened, False)

    @_guarded
    def backward_failed(self, opened, error):
        watch, number = self._end_passes(opened, True)
        self._fail(error, "backward", watch, number)

    def _end_passes(self, opened, partial):
        """Closes the pass for the models that took part; returns one of them and its pass, for a failure to name."""
        self._open = None
        began = time.perf_counter_ns()
        before = self._watch_nanos
        only = len(self.watches) == 1
        one = None
        number = 0
        fired = 0
        watched = False
        for watch in list(self.watches.values()):
            if not watch.took_part(only):
                if partial and one is None and watch.awaits_backward():
                    one, number = watch, watch.backward
                continue
            one, number = watch, watch.backward
            watched = watched or watch.hooks.is_full
            was_probing = watch.probes_left > 0
            fired += watch.end_pass(partial, watch.syncs_now(), opened.loss, opened.scale, opened.scaled)
            if was_probing and watch.probes_left <= 0:
                self._forwards.follow()
        if watched:
            self._sender.pump()
            if not self._hook_nanos:
                self._hook_nanos = hook_nanos()
        self._watch_nanos = before + fired * (self._hook_nanos or DEFAULT_HOOK_NANOS) + time.perf_counter_ns() - began + UNSEEN_NANOS
        if one is not None:
            self._budget_window(one)
        return one, number

    def _budget_window(self, watch):
        """After a window, compares what it cost with the passes around it and lets the schedule choose its level."""
        account = self._window_nanos.setdefault(watch.number, Account())
        account.count(watch.hooks.is_full, self._watch_nanos)
        if watch.backward <= FIRST_PASSES:
            account.restart()
        elif account.window_ended and watch.mean_step_nanos:
            watch.schedule.settle(account.window_cost, account.pass_cost, watch.mean_step_nanos)

    # -- optimizer and scaler

    @_guarded
    def optimizer_begins(self, optimizer):
        for watch in self._watches_of(optimizer):
            if not watch.rests and watch.has_stray() and self._open is None:
                self._end_passes(_Pass(None, None, False), False)
        self._sender.pump()

    @_guarded
    def optimizer_ended(self, optimizer):
        self._scaled = None
        key = id(optimizer)
        for watch in self._watches_of(optimizer):
            watch.steps[key] = watch.steps.get(key, 0) + 1

    def _watches_of(self, optimizer):
        groups = optimizer.param_groups
        size = sum(len(group["params"]) for group in groups)
        known = self._models_of.get(id(optimizer))
        if known is not None and known[0]() is optimizer and known[1] == size:
            return known[2]
        owned = {id(parameter) for group in groups for parameter in group["params"]}
        watches = [watch for watch in self.watches.values() if not owned.isdisjoint(watch.description.index_of)]
        if len(self._models_of) > 4 * limits.MAX_MODELS:
            self._models_of.clear()
        self._models_of[id(optimizer)] = (weakref.ref(optimizer), size, watches)
        return watches

    @_guarded
    def loss_scaled(self, scale, outputs):
        """A GradScaler multiplied ``outputs`` by its tensor ``scale``; until the optimizer steps, backwards are taken for scaled."""
        self._scaled = scale
        if isinstance(outputs, torch.Tensor):
            self._scaled_losses.append(weakref.ref(outputs))

    @_guarded
    def scale_updated(self):
        self._scaled = None
        self._scaled_losses.clear()

    # -- probes

    def _probe_again(self):
        wanted, self._wanted_probes = self._wanted_probes, set()
        for watch in self.watches.values():
            if watch.number in wanted and watch.probes_left <= 0:
                watch.rests = False
                watch.probes_left = 2  # the forward of the coming pass is over; the next one is seen whole
        self._forwards.follow()

    # -- failures and the end

    @_guarded
    def uncaught(self, error):
        self._fail(error, "uncaught", None)

    def _fail(self, error, where, watch, number=0):
        if where != "uncaught" and self._reported == id(error):
            return  # one exception on its way through nested models
        self._reported = id(error)
        members = {"type": limits.cut_name(type(error).__name__), "message": limits.cut_text(str(error)),
                   "traceback": limits.cut_text("".join(traceback.format_exception(type(error), error, error.__traceback__))),
                   "where": where}
        if watch is not None:
            members.update(model=watch.number, backward=number)
        frame = wire.json_frame(wire.FAILURE, members)
        self._failures.append(frame)
        self._sender.offer(frame)
        self._sender.pump_failure()

    @_guarded
    def finish(self):
        """At the process's end: everything out, in at most FINISH_SECONDS."""
        if not self._started:
            return
        for watch in list(self.watches.values()):
            watch.settle(force=True)
        for note in self._unseen[:1]:
            say(note)
        self._sender.finish(FINISH_SECONDS)
        self.on = False

    def abandon(self):
        """In a forked child: the parent's models and its connection are not ours."""
        self.on = False
        self._sender.abandon()

    def broken(self, error):
        """Our own mistake, or a torch that is not as we know it."""
        self.on = False
        say("stopped watching: %s: %s (the job goes on)" % (type(error).__name__, str(error)[:300]))
        if os.environ.get("GRADWATCH_DEBUG"):
            traceback.print_exception(type(error), error, error.__traceback__)
        self._forwards.close()
        for watch in list(self.watches.values()):
            watch.close()

    # -- what the sender asks

    def hello(self):
        return [self._hello]

    def everything(self):
        frames = [frame for remains in list(self._remains.values()) for frame in remains]
        for watch in list(self.watches.values()):
            frames += watch.manifest()
            frames += list(watch.probes)
            frames.append(watch.ledger.frame())
        return frames + list(self._failures)

    def ledgers(self, models):
        ended = [remains[-1] for number, remains in list(self._remains.items()) if number in models]
        return ended + [watch.ledger.frame() for watch in list(self.watches.values()) if watch.number in models]

    def progress(self):
        return wire.json_frame(wire.PROGRESS, {"models": self._progress(), "cost": self.cost()})

    def goodbye(self):
        return [wire.json_frame(wire.GOODBYE, {"reason": "exit", "models": self._progress(), "cost": self.cost()})]

    def _progress(self):
        return self._ended + [watch.progress() for watch in list(self.watches.values())]

    def cost(self):
        level = max((watch.schedule.level for watch in list(self.watches.values())), default=0)
        return {"watch_nanos": self._watch_nanos, "wall_nanos": time.perf_counter_ns() - self._began, "level": level}

    def tick(self, now):
        opened = self._open
        for watch in list(self.watches.values()):
            watch.settle()
            if opened is not None and now - opened.began > OPEN_SECONDS and now - opened.pictured > PICTURE_SECONDS:
                watch.open_picture()
        if opened is not None and now - opened.began > OPEN_SECONDS and now - opened.pictured > PICTURE_SECONDS:
            opened.pictured = now

    def welcomed(self, members):
        sample = members.get("sample")
        self._norms = not (isinstance(sample, dict) and sample.get("norms") is False)
        for watch in list(self.watches.values()):
            watch.schedule.norms = self._norms

    def asked(self, members):
        if members.get("probe") is True and isinstance(members.get("model"), int):
            self._wanted_probes.add(members["model"])

    def refused(self, reason):
        say("refused by the collector: %s" % reason)
        self.on = False

    def unreachable(self, attempts):
        if attempts == _UNREACHABLE_ATTEMPTS and not self._sender.welcomed and not self._distrusted:
            how = (" in TLS", " with --tls-cert") if self._is_secure else ("", "")
            say("collector %s:%d: no answer%s (expected: a running gradwatch collect%s); what is seen is kept and sent when it answers"
                % (*self._address, *how))

    def distrusted(self, reason):
        if not self._distrusted:
            self._distrusted = True
            say("collector %s:%d: %s; what is seen is kept and sent when that is mended" % (*self._address, reason))


_current = None
_config_lock = threading.Lock()


def current():
    """The process's session, or None before the first model."""
    return _current


def obtain(explicit=False):
    """The process's session, made on first use; None where the environment names no collector and nobody asked explicitly."""
    global _current
    with _config_lock:
        if _current is None and os.environ.get("GRADWATCH_DISABLE") != "1":
            place = os.environ.get("GRADWATCH_COLLECTOR") or (limits.DEFAULT_COLLECTOR if explicit else None)
            if place is not None:
                _current = _made(place)
        return _current


def _made(place):
    from gradwatch import ending
    try:
        budget = budget_of(os.environ.get("GRADWATCH_BUDGET"))
        address = address_of(place, DEFAULT_PORT)
        trust = _trust(os.environ.get("GRADWATCH_TLS_CA"), address[0])
    except ValueError as error:
        say(str(error))
        return None
    session = Session(address, os.environ.get("GRADWATCH_TOKEN"), description.job_name(), budget, trust)
    ending.attach(session)
    return session


def _trust(place, host):
    if not place:
        return None
    try:
        from gradwatch import tls
    except ImportError:
        raise ValueError("GRADWATCH_TLS_CA: %s: this Python has no ssl module (expected: one that has)" % place) from None
    return tls.Trust(place, host)


def forget_in_child():
    """After a fork, in the child: a fresh start, since neither thread nor socket came along."""
    global _current, _config_lock
    _config_lock = threading.Lock()
    session, _current = _current, None
    if session is not None:
        session.abandon()
