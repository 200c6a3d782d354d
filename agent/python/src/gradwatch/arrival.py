"""Waits for torch to be imported and patches it then; costs nothing in a process that never imports it. Standard library only."""
import sys

_WANTED = {"torch.nn.parallel.distributed": "patch_ddp", "torch.optim.optimizer": "patch_optimizers",
           "torch._dynamo.eval_frame": "pass_over_frames"}


class _Finder:
    """Finds nothing itself: it lets the others find the modules that are waited for, and has their loaders call back."""

    def find_spec(self, name, path=None, target=None):
        if name not in _WANTED:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec = find(name, path, target)
            if spec is not None:
                _wrap_loader(name, spec.loader)
                return spec
        return None


def _wrap_loader(name, loader):
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return

    def exec_module(module):
        # The loader is this module's own, so the attribute leaves with the call.
        try:
            del loader.exec_module
        except AttributeError:
            pass
        execute(module)
        _arrived(name, module)

    try:
        loader.exec_module = exec_module
    except AttributeError:  # a loader with slots: the models of this process stay unwatched
        pass


def _arrived(name, module):
    try:
        from gradwatch import patches
        getattr(patches, _WANTED[name])(module)
    except Exception as error:
        sys.stderr.write("gradwatch: not watching: %s: %s (the job goes on)\n" % (type(error).__name__, str(error)[:300]))


def install(explicit=False):
    """Patches torch now where it is imported, and when it is otherwise. ``explicit``: report to the default collector if none is named."""
    from gradwatch import patches
    patches.inject(explicit)
    for name in _WANTED:
        if name in sys.modules:
            _arrived(name, sys.modules[name])
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
