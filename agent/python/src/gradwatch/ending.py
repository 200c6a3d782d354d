"""The ways a process ends, and a fork: each is told to the session once."""
import atexit
import os
import sys
import threading
from multiprocessing import util

_attached = []
_fork_known = False


def attach(session):
    """Sees to it that ``session`` hears of an uncaught exception, of the exit, and is let go of in forked children."""
    global _fork_known
    del _attached[:]
    _attached.append(session)
    if not _fork_known:
        _fork_known = True
        _chain_hooks()
        atexit.register(_finish)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_in_child)
    # multiprocessing's children leave by os._exit, past atexit; its finalizers run first. Priority 0: after the user's own.
    util.Finalize(None, _finish, exitpriority=0)


def _finish():
    for session in _attached:
        session.finish()


def _in_child():
    from gradwatch import session
    del _attached[:]
    session.forget_in_child()


def _chain_hooks():
    before = sys.excepthook

    def excepthook(kind, error, trace):
        for session in _attached:
            session.uncaught(error)
        before(kind, error, trace)

    sys.excepthook = excepthook
    before_in_thread = getattr(threading, "excepthook", None)
    if before_in_thread is None:
        return

    def thread_excepthook(args):
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            for session in _attached:
                session.uncaught(args.exc_value)
        before_in_thread(args)

    threading.excepthook = thread_excepthook
