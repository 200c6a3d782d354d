"""Which modules' forwards run: torch's global forward hooks, on while any model is probed and off afterwards."""
import torch
from torch.nn.modules import module as modules


class Forwards:
    """The hooks of one session. Nothing is ever put on an instance, so copies and pickles of a model stay as they were."""

    def __init__(self, session):
        self._session = session
        self._handles = []
        self._probed = {}

    def follow(self):
        """Puts the hooks on or takes them off, as the models' need for probes has it."""
        probed = {}
        for watch in self._session.watches.values():
            if watch.probing and watch.probes_left > 0 and not watch.compiled:
                for index, module in enumerate(watch.description.live_modules()):
                    if module is not None:
                        probed.setdefault(id(module), []).append((watch, index))
        self._probed = probed
        if not probed:
            self.close()
        elif not self._handles:
            self._handles = [modules.register_module_forward_pre_hook(self._begins), modules.register_module_forward_hook(self._ran)]

    def close(self):
        handles, self._handles = self._handles, []
        for handle in handles:
            handle.remove()

    def _begins(self, module, inputs):
        """A plain model's root is about to run; DDP's own forward is wrapped instead."""
        session = self._session
        try:
            watch = session.watches.get(id(module)) if session.on and not session.is_in_backward else None
            if watch is not None and not watch.is_ddp and torch.is_grad_enabled():
                watch.forward_begins(False)
        except Exception as error:
            session.broken(error)

    def _ran(self, module, inputs, output):
        session = self._session
        try:
            if session.is_in_backward or not session.on:
                return  # a checkpoint's recomputation inside the backward is no forward
            for watch, index in self._probed.get(id(module), ()):
                if watch.inside or torch.is_grad_enabled():
                    watch.record.note(index)
            watch = session.watches.get(id(module))
            if watch is not None and not watch.is_ddp and watch.inside:
                watch.forward_ended(output)
        except Exception as error:
            session.broken(error)
