"""Gradwatch's torch reporter: tells the collector which parameters get a gradient, on which ranks.

Nothing of a job has to change for it: ``gradwatch run`` injects it, ``python -m gradwatch train.py`` runs a script under it. ``watch`` is
for code that wants to name its model itself. Importing this package does not import torch.
"""

__version__ = "0.1.0"
__all__ = ["watch", "__version__"]


def watch(module, optimizer=None):
    """Watches ``module``, a DistributedDataParallel or any torch.nn.Module, and returns it.

    Reports to GRADWATCH_COLLECTOR, by default 127.0.0.1:7787. Watching what is watched already does nothing, and so does this call where
    GRADWATCH_DISABLE=1. ``optimizer`` is not needed: steps of every torch optimizer that has the module's parameters are seen; it is
    checked, so that a mistake shows: a ValueError says that it has none of them. Raises TypeError for what is no module.
    """
    import torch

    from gradwatch import patches, session

    if not isinstance(module, torch.nn.Module):
        raise TypeError("module: %s (expected: a torch.nn.Module)" % type(module).__name__)
    if optimizer is not None:
        owned = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        if not any(id(parameter) in owned for parameter in module.parameters()):
            raise ValueError("optimizer: none of its %d parameters is the module's (expected: the module's optimizer)" % len(owned))
    found = session.obtain(explicit=True)
    if found is not None:
        patches.patch_engine()
        if isinstance(module, torch.nn.parallel.DistributedDataParallel):
            found.watch_ddp(module)
        else:
            found.watch_plain(module)
    return module
