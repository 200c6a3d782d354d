"""Read by every python below `gradwatch run`, because the launcher puts this folder on PYTHONPATH.

Waits for torch, then hands over to the reporter; never raises. The user's own sitecustomize, which this one hides, runs after it.
"""
import os
import sys


def _wait_for_torch():
    if os.environ.get("GRADWATCH_DISABLE") == "1" or not os.environ.get("GRADWATCH_COLLECTOR"):
        return
    try:
        from gradwatch import arrival
        arrival.install()
    except Exception as error:
        try:
            sys.stderr.write("gradwatch: not watching: %s: %s (the job goes on)\n" % (type(error).__name__, error))
        except Exception:
            pass


def _run_users_own():
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec
    here = os.path.realpath(os.path.dirname(__file__))
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if os.path.realpath(entry or ".") != here])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    # It is imported by this name in its own right; site looks at nothing else.
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_wait_for_torch()
_run_users_own()
