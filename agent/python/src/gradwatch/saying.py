"""The reporter's few words to a person."""
import sys

_said = set()


def say(text):
    """One line on stderr, each text once a process."""
    if text in _said:
        return
    _said.add(text)
    try:
        sys.stderr.write("gradwatch: %s\n" % text)
        sys.stderr.flush()
    except Exception:  # no stderr, or a closed one
        pass
