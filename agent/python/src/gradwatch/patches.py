"""Where torch calls into the reporter: four functions and a class, each wrapped once, at the class or the module, never on an instance.

The try statements around our calls never enclose the user's: what torch raises passes through, the same object, by a bare ``raise``.
"""
import functools
import sys

_MARK = "_gradwatch_wrapped"
_state = {"engine": False}
_own_codes = []


def _no_listener(callback):
    """Stands in for dynamo's set_eval_frame, which sets the callback that looks at every new frame and returns the one before."""
    return None


_listen = _no_listener


def patch_ddp(distributed):
    """``distributed`` is torch.nn.parallel.distributed, perhaps while torch itself is still being imported."""
    from_class = distributed.DistributedDataParallel
    if getattr(from_class.__init__, _MARK, False):
        return
    construct, forward = from_class.__init__, from_class.forward

    @functools.wraps(construct)
    def wrapped_construct(self, *args, **kwargs):
        construct(self, *args, **kwargs)
        session = _session_for_model()
        if session is not None:
            session.watch_ddp(self)

    @functools.wraps(forward)
    def wrapped_forward(self, *args, **kwargs):
        # Inside torch.compile dynamo would look into our frames; it is to look into the user's alone.
        listener = _listen(None)
        session = _session()
        if session is None or not session.on:
            _listen(listener)
            return forward(self, *args, **kwargs)
        watch = session.forward_begins(self, listener not in (None, False))
        _listen(listener)
        try:
            output = forward(self, *args, **kwargs)
        except Exception as error:
            _listen(None)
            session.forward_failed(self, watch, error)
            _listen(listener)
            raise
        if watch is not None:
            _listen(None)
            session.forward_ended(watch, output)
            _listen(listener)
        return output

    setattr(wrapped_construct, _MARK, True)
    _pass_over(wrapped_forward)
    from_class.__init__, from_class.forward = wrapped_construct, wrapped_forward


def patch_optimizers(optimizers):
    """``optimizers`` is torch.optim.optimizer. Steps are seen by torch's own global hooks, and by wrapped step methods before 2.0."""
    if getattr(optimizers.Optimizer, _MARK, False):
        return
    setattr(optimizers.Optimizer, _MARK, True)
    if hasattr(optimizers, "register_optimizer_step_pre_hook"):
        optimizers.register_optimizer_step_pre_hook(_before_step)
        optimizers.register_optimizer_step_post_hook(_after_step)
        return
    construct = optimizers.Optimizer.__init__

    @functools.wraps(construct)
    def wrapped_construct(self, *args, **kwargs):
        construct(self, *args, **kwargs)
        _wrap_steps(type(self))

    optimizers.Optimizer.__init__ = wrapped_construct
    classes = list(optimizers.Optimizer.__subclasses__())
    while classes:
        one = classes.pop()
        _wrap_steps(one)
        classes.extend(one.__subclasses__())


def patch_engine():
    """torch.autograd.backward and GradScaler; done when the first model is watched, since only then torch is whole."""
    if _state["engine"]:
        return
    _state["engine"] = True
    global _listen
    import torch

    from gradwatch import hooks
    _listen = getattr(getattr(getattr(torch._C, "_dynamo", None), "eval_frame", None), "set_eval_frame", _no_listener)
    for function in (_before_step, _after_step, hooks.hook_of(bytearray(1), 0)):
        _pass_over(function)
    torch.autograd.backward = _wrap_backward(torch.autograd.backward)
    scalers = []
    for path in ("torch.amp.grad_scaler", "torch.cuda.amp.grad_scaler"):
        scaler = getattr(sys.modules.get(path), "GradScaler", None)
        if scaler is not None and scaler not in scalers and "scale" in scaler.__dict__:
            scalers.append(scaler)
    for scaler in scalers:
        _wrap_scaler(scaler)
    patch_ddp(sys.modules["torch.nn.parallel.distributed"])
    patch_optimizers(sys.modules["torch.optim.optimizer"])


def pass_over_frames(frames):
    """``frames`` is torch._dynamo.eval_frame: our functions' frames are to be run as they are, and what they call is compiled as before."""
    skip = getattr(frames, "skip_code", None)
    while skip is not None and _own_codes:
        skip(_own_codes.pop())


def _pass_over(function):
    function._torchdynamo_disable = True
    _own_codes.append(function.__code__)
    frames = sys.modules.get("torch._dynamo.eval_frame")
    if frames is not None:
        pass_over_frames(frames)


def _wrap_backward(original):
    @functools.wraps(original)
    def backward(*args, **kwargs):
        listener = _listen(None)
        session = _session()
        opened = None
        if session is not None and session.on:
            opened = session.backward_begins(args[0] if args else kwargs.get("tensors"))
        _listen(listener)
        if opened is None:
            return original(*args, **kwargs)
        try:
            result = original(*args, **kwargs)
        except BaseException as error:
            _listen(None)
            session.backward_failed(opened, error)
            _listen(listener)
            raise
        _listen(None)
        session.backward_ended(opened)
        _listen(listener)
        return result

    _pass_over(backward)
    return backward


def _wrap_scaler(scaler):
    scale, update = scaler.scale, scaler.update

    @functools.wraps(scale)
    def wrapped_scale(self, outputs):
        result = scale(self, outputs)
        session = _session()
        if session is not None and self._scale is not None and self.is_enabled():
            session.loss_scaled(self._scale, result)
        return result

    @functools.wraps(update)
    def wrapped_update(self, *args, **kwargs):
        result = update(self, *args, **kwargs)
        session = _session()
        if session is not None:
            session.scale_updated()
        return result

    scaler.scale, scaler.update = wrapped_scale, wrapped_update


def _wrap_steps(of_class):
    """Wraps the ``step`` that a class defines itself; those above it in its ancestry are wrapped in their own right."""
    for one in of_class.__mro__:
        step = one.__dict__.get("step")
        if step is None or one.__name__ == "Optimizer" or getattr(step, _MARK, False):
            continue
        one.step = _wrapped_step(step)


def _wrapped_step(step):
    @functools.wraps(step)
    def wrapped(self, *args, **kwargs):
        inner = _state.get("stepping") == id(self)
        if inner:
            return step(self, *args, **kwargs)
        _state["stepping"] = id(self)
        try:
            _before_step(self, args, kwargs)
            result = step(self, *args, **kwargs)
        finally:
            _state["stepping"] = None
        _after_step(self, args, kwargs)
        return result

    setattr(wrapped, _MARK, True)
    return wrapped


def _before_step(optimizer, args, kwargs):
    listener = _listen(None)
    session = _session()
    if session is None or not session.has_ddp:
        _look_for_model(optimizer)
    if session is not None:
        session.optimizer_begins(optimizer)
    _listen(listener)


def _after_step(optimizer, args, kwargs):
    listener = _listen(None)
    session = _session()
    if session is not None:
        session.optimizer_ended(optimizer)
    _listen(listener)


def _look_for_model(optimizer):
    if not _state.get("injected"):
        return
    try:
        from gradwatch import discovery
        discovery.watch_plain_model(_session_for_model, optimizer)
    except Exception as error:
        from gradwatch.saying import say
        _state["injected"] = False
        say("stopped looking for models: %s: %s (the job goes on)" % (type(error).__name__, str(error)[:300]))


def _session():
    # The module is imported with the first model; before that there is nothing to report to.
    module = sys.modules.get("gradwatch.session")
    return None if module is None else module.current()


def _session_for_model():
    try:
        from gradwatch import session
        found = session.obtain(_state.get("explicit", False))
        if found is not None:
            patch_engine()
        return found
    except Exception as error:
        sys.stderr.write("gradwatch: not watching: %s: %s\n" % (type(error).__name__, str(error)[:300]))
        return None


def inject(explicit=False):
    """Marks the process as one whose models are to be found without its code's help; ``explicit`` as for session.obtain."""
    _state["injected"] = True
    _state["explicit"] = explicit
