"""``python -m gradwatch SCRIPT ARGS...`` or ``python -m gradwatch -m MODULE ARGS...``: runs it as python would, under the reporter."""
import os
import runpy
import sys
import types

USAGE = "usage: python -m gradwatch [-m MODULE | SCRIPT] [ARGUMENT ...]"


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help") or arguments == ["-m"]:
        print(USAGE, file=sys.stdout if arguments and arguments[0] != "-m" else sys.stderr)
        return 0 if arguments and arguments[0] != "-m" else 2
    if os.environ.get("GRADWATCH_DISABLE") != "1":
        _watch_here_and_below()
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        # python -m puts the current folder first; it stands there already, for this module.
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        _run_script(arguments)
    return 0


def _watch_here_and_below():
    from gradwatch import arrival
    from gradwatch.limits import DEFAULT_COLLECTOR
    os.environ.setdefault("GRADWATCH_COLLECTOR", DEFAULT_COLLECTOR)
    package = os.path.dirname(os.path.abspath(__file__))
    wanted = [os.path.join(package, "inject"), os.path.dirname(package)]
    existing = os.environ.get("PYTHONPATH")
    # Spawned children are pythons of their own and read the same injection as under `gradwatch run`.
    os.environ["PYTHONPATH"] = os.pathsep.join(wanted + ([existing] if existing else []))
    arrival.install(explicit=True)


def _run_script(arguments):
    script = arguments[0]
    sys.argv = arguments
    if os.path.isdir(script) or script.endswith((".zip", ".pyz")):
        sys.path[0] = script
        runpy.run_path(script, run_name="__main__")
        return
    try:
        with open(script, "rb") as source:
            code = compile(source.read(), script, "exec")
    except OSError as error:
        # python's own words and exit status
        print("%s: can't open file %r: [Errno %d] %s" % (sys.executable, os.path.abspath(script), error.errno, error.strerror), file=sys.stderr)
        sys.exit(2)
    sys.path[0] = os.path.dirname(os.path.realpath(script))
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=script, __builtins__=__builtins__, __spec__=None, __cached__=None)
    # Pickles and spawned children look the script's classes up in the module of this name.
    sys.modules["__main__"] = module
    exec(code, module.__dict__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
