"""What a model and a process are: the members of a Manifest and of a Hello."""
import itertools
import os
import platform
import socket
import sys
import weakref

import torch

from gradwatch import limits, wire

_LIBRARIES = ("lightning", "pytorch_lightning", "accelerate", "transformers", "nnunetv2", "peft", "deepspeed")


class Description:
    """A model's parameters and modules, in the manifest's order. Made once, when the model is watched.

    ``parameters`` and ``names`` are aligned; ``owned`` maps a module's index to the indices of its own parameters.
    """

    def __init__(self, module, notes=()):
        self.notes = [limits.cut_name(note) for note in notes][:limits.MAX_NOTES]
        named = list(module.named_parameters())
        self.total = len(named)
        if len(named) > limits.MAX_PARAMETERS:
            self.notes.append("%d parameter tensors (expected: at most %d): the first are watched" % (len(named), limits.MAX_PARAMETERS))
            named = named[:limits.MAX_PARAMETERS]
        self.names = [name for name, _ in named]
        self.parameters = [parameter for _, parameter in named]
        self.index_of = {id(parameter): index for index, parameter in enumerate(self.parameters)}
        self._all_names = {index: [] for index in range(len(named))}
        self._notes_of_memory()
        self.state_dict_keys = 0
        for name, owner in _all_modules(module):
            self._count(name, owner)
        live = self._modules_with_parameters(module)
        self.modules = [(name, type(owner).__name__) for name, owner in live]
        # Weak, so that watching a model never keeps it.
        self._live = [weakref.ref(owner) for _, owner in live]
        self._places = {name: index for index, (name, _) in enumerate(self.modules)}
        self.owner = [self._places.get(name.rpartition(".")[0], 0) for name in self.names]
        self.owned = {}
        for index, module_number in enumerate(self.owner):
            self.owned.setdefault(module_number, []).append(index)

    def manifest(self, model, name, wrapper, reduced, trainable, ddp):
        """The manifest's frames; ``reduced`` and ``trainable`` are truth values, one a parameter."""
        modules = [{"name": limits.cut_name(path), "class": limits.cut_name(class_name)} for path, class_name in self.modules]
        parameters = []
        for index, (path, parameter) in enumerate(zip(self.names, self.parameters)):
            parameters.append({
                "name": limits.cut_name(path), "shape": [int(size) for size in parameter.shape],
                "dtype": str(parameter.dtype).replace("torch.", ""), "trainable": bool(trainable[index]), "reduced": bool(reduced[index]),
                "module": self.owner[index],
                "aliases": [limits.cut_name(other) for other in self._all_names[index] if other != path]})
        head = {"model": model, "name": limits.cut_name(name), "wrapper": wrapper, "parameters_total": self.total,
                "state_dict_keys": self.state_dict_keys}
        return wire.manifest(head, modules, parameters, {"ddp": ddp, "notes": self.notes})

    def reduced_in(self, ignored):
        """Which parameters DDP averages: it asks for the gradient and for the name in DDP's own spelling, a root's with a leading dot."""
        return [parameter.requires_grad and any(_torch_spelling(name) not in ignored for name in self._all_names[index])
                for index, parameter in enumerate(self.parameters)]

    def live_modules(self):
        """The modules in the manifest's order; None for one that is gone."""
        return [reference() for reference in self._live]

    def parent_of(self, index):
        """The index of the module above one, -1 for the root."""
        name = self.modules[index][0]
        return self._places.get(name.rpartition(".")[0], -1) if name else -1

    def _count(self, prefix, owner):
        """Adds a module's keys, as state_dict() would have them; state_dict itself may have hooks with effects of their own."""
        not_kept = getattr(owner, "_non_persistent_buffers_set", ())
        for name, parameter in owner._parameters.items():
            if parameter is None:
                continue
            self.state_dict_keys += 1
            index = self.index_of.get(id(parameter))
            if index is not None:
                self._all_names[index].append(prefix + "." + name if prefix else name)
        self.state_dict_keys += sum(buffer is not None and name not in not_kept for name, buffer in owner._buffers.items())

    def _modules_with_parameters(self, module):
        wanted = {""}
        for names in itertools.chain(self._all_names.values(), ([name] for name in self.names)):
            for name in names:
                while "." in name:
                    name = name.rpartition(".")[0]
                    if name in wanted:
                        break
                    wanted.add(name)
        return [(name, owner) for name, owner in module.named_modules() if name in wanted]

    def _notes_of_memory(self):
        """Notes distinct parameters that share memory: their gradients are two, their weights one."""
        first = {}
        for name, parameter in zip(self.names, self.parameters):
            try:
                place = (parameter.data_ptr(), parameter.numel())
            except Exception:  # fake, meta and wrapped tensors have no memory to compare
                continue
            if place[0] and place[1] and first.setdefault(place, name) != name and len(self.notes) < limits.MAX_NOTES:
                self.notes.append(limits.cut_name("%s shares its memory with %s" % (name, first[place])))


def _torch_spelling(name):
    return name if "." in name else "." + name


def _all_modules(module):
    """named_modules() without its removal of duplicates, which 1.13 spells differently for parameters."""
    try:
        return module.named_modules(remove_duplicate=False)
    except TypeError:  # overridden by the user, with an older signature
        return module.named_modules()


def ddp_settings(ddp):
    """How DDP is built now; Lightning and others change it between the wrap and the first forward."""
    hooks = getattr(ddp, "_comm_hooks", None)
    if hooks is None:
        try:
            hooks = ddp._get_ddp_logging_data().get("comm_hook")
        except Exception:  # private, and not there in every version
            hooks = None
    return {"find_unused_parameters": bool(ddp.find_unused_parameters), "static_graph": bool(getattr(ddp, "static_graph", False)),
            "broadcast_buffers": bool(ddp.broadcast_buffers), "gradient_as_bucket_view": bool(ddp.gradient_as_bucket_view),
            "bucket_cap_mb": ddp.bucket_bytes_cap / 1048576, "comm_hook": bool(hooks)}


def hello_members(job, token, device, version):
    """Hello's members for this process; ``device`` is a torch.device."""
    rank, world_size = rank_of_process()
    members = {
        "job": limits.cut_name(job), "group": limits.cut_name(launch_name()), "attempt": _number("TORCHELASTIC_RESTART_COUNT", 0),
        "rank": rank, "world_size": world_size, "local_rank": _number("LOCAL_RANK", _number("SLURM_LOCALID", rank if world_size == 1 else 0)),
        "host": limits.cut_name(socket.gethostname()), "pid": os.getpid(), "device": str(device)}
    uuid = _uuid_of(device)
    if uuid:
        members["device_uuid"] = uuid
    members.update(framework="torch", framework_version=str(torch.__version__), language="python " + platform.python_version(),
                   reporter=version, command=[limits.cut_name(word) for word in sys.argv[:limits.MAX_COMMAND_WORDS]],
                   libraries=libraries())
    if token:
        members["token"] = limits.cut_name(token)
    return members


def rank_of_process():
    """(rank, world size): torch.distributed's where it runs, else the launcher's environment, else one process alone."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return _number("RANK", 0), max(1, _number("WORLD_SIZE", 1))


def launch_name():
    """What tells this launch from others: torchrun's run id, or the address where its ranks meet, or this very process."""
    run = os.environ.get("TORCHELASTIC_RUN_ID", "none")
    if run and run != "none":
        return run
    if os.environ.get("MASTER_PORT"):
        return "%s:%s" % (os.environ.get("MASTER_ADDR", "localhost"), os.environ["MASTER_PORT"])
    return "%s:%d" % (socket.gethostname(), os.getpid())


def job_name():
    """The job's id: GRADWATCH_JOB, or made of the launch, with the restart count where the launch has no name of its own."""
    named = os.environ.get("GRADWATCH_JOB")
    if named:
        return named
    run = os.environ.get("TORCHELASTIC_RUN_ID", "none")
    launch = launch_name()
    restarts = _number("TORCHELASTIC_RESTART_COUNT", 0)
    return launch if launch == run or not os.environ.get("MASTER_PORT") else "%s/%d" % (launch, restarts)


def libraries():
    """Versions of the trainer libraries that this process has imported so far."""
    found = {}
    for name in _LIBRARIES:
        module = sys.modules.get(name)
        if module is not None:
            found[name] = limits.cut_name(getattr(module, "__version__", "unknown"))
    return found


def _number(name, default):
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        return default


def _uuid_of(device):
    if device.type != "cuda":
        return None
    try:
        uuid = str(torch.cuda.get_device_properties(device).uuid)
        return uuid if uuid.startswith("GPU-") else "GPU-" + uuid
    except Exception:  # older than the property, or not an NVIDIA device
        return None
