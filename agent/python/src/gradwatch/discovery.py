"""What kind of model this is: compiled, sharded, wrapped by nobody."""
import gc
import sys

import torch

COMPILED_NOTE = "compiled by torch.compile: forwards of its modules were not watched"
ALONE_NOTE = "no DistributedDataParallel in a job of several ranks: whether and how gradients are averaged was not seen"
_MAX_TRIES = 16

_tried = set()


def class_name(module):
    """The class of the user's module, also where torch.compile stands before it."""
    return type(getattr(module, "_orig_mod", module)).__name__


def is_compiled(module):
    return any(type(part).__name__ == "OptimizedModule" or getattr(part, "_compiled_call_impl", None) is not None for part in module.modules())


def is_sharded(parameter):
    """A DTensor or an FSDP flat parameter: its gradient is not whole on this rank."""
    name = type(parameter).__name__
    return name in ("DTensor", "FlatParameter") or hasattr(parameter, "_local_tensor") or getattr(parameter, "_is_flat_param", False)


def watch_plain_model(obtain, optimizer):
    """At an optimizer's first step, finds the model behind it and watches it; one look through the heap an optimizer.

    ``obtain`` gives the session, or None where nothing is to be reported. A job with DDP is left alone: its models announce themselves.
    """
    if id(optimizer) in _tried or len(_tried) >= _MAX_TRIES or _is_helper_process():
        return
    _tried.add(id(optimizer))
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    if not parameters:
        return
    session = obtain()
    if session is None or any(watch.is_ddp for watch in session.watches.values()):
        return
    if any(not set(map(id, parameters)).isdisjoint(watch.description.index_of) for watch in session.watches.values()):
        return
    owned = set(map(id, parameters))
    if any(is_sharded(parameter) for parameter in parameters[:8]):
        root = _root_of(owned, 1)
        session.say_unseen("model" if root is None else class_name(root), len(parameters),
                           "parameters are sharded (FSDP or DTensor): their gradients were not watched")
        return
    root = _root_of(owned, len(owned))
    if root is not None:
        alone = torch.distributed.is_available() and torch.distributed.is_initialized() and torch.distributed.get_world_size() > 1
        session.watch_plain(root, (ALONE_NOTE,) if alone else ())


def _root_of(owned, enough):
    """The module under no other that has most of ``owned`` (ids of parameters); stops at one that has ``enough``."""
    modules = [thing for thing in gc.get_objects() if issubclass(type(thing), torch.nn.Module) and "_modules" in getattr(thing, "__dict__", ())]
    children = {id(child) for module in modules for child in module._modules.values()}
    best, most = None, 0
    for module in modules:
        if id(module) in children:
            continue
        has = sum(id(parameter) in owned for parameter in module.parameters())
        if has > most:
            best, most = module, has
        if most >= enough:
            break
    return best


def _is_helper_process():
    data = sys.modules.get("torch.utils.data")
    return data is not None and data.get_worker_info() is not None
