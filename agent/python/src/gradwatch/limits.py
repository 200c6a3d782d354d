"""The protocol's limits, as agent/protocol/README.md names them, and the reporter's own bounds.

A writer that meets a limit leaves the excess out; nothing here ever grows with the length of a job.
"""

MAX_FRAME_BYTES = 16_777_216
MAX_HELLO_BYTES = 65_536
MAX_PARAMETERS = 262_144
MAX_MODELS = 64
MAX_NAME_BYTES = 1_024
MAX_RANKS = 65_536
MAX_TEXT_BYTES = 65_536
MAX_PATTERNS = 256
MAX_RUNS = 4_096
MAX_TOTALS = 4_096
PATTERN_TEXT_BYTES = 1_048_576

# Below are bounds of this writer alone; the protocol does not know them.
MAX_CHANGES = 1_024
# Flipped parameters over all kept changes: with PATTERN_TEXT_BYTES the largest model's ledger fits a frame.
MAX_FLIPS = 131_072
MAX_FAILURES = 16
MAX_PROBES = 8
MAX_NOTES = 16
MAX_COMMAND_WORDS = 64
MAX_GRAPH_NODES = 200_000
MAX_OUTPUT_OBJECTS = 20_000
MAX_PENDING_READINGS = 4
MAX_QUEUED_FRAMES = 4_096
MAX_QUEUED_BYTES = 8_388_608
MAX_INCOMING_FRAME_BYTES = 1_048_576
SEND_CHUNK_BYTES = 65_536
# A manifest is cut into chunks of about this size, far below the frame limit: JSON of long names may be larger than guessed.
MANIFEST_CHUNK_BYTES = 1_048_576

#: Where reporters that nobody configured look for a collector.
DEFAULT_COLLECTOR = "127.0.0.1:7787"

_CUT = " ... "


def cut_name(text):
    """``text`` in at most MAX_NAME_BYTES bytes of UTF-8; what is too long loses its end."""
    raw = str(text).encode("utf-8", "replace")
    if len(raw) <= MAX_NAME_BYTES:
        return raw.decode("utf-8")
    return raw[:MAX_NAME_BYTES].decode("utf-8", "ignore")


def cut_text(text):
    """``text`` in at most MAX_TEXT_BYTES bytes of UTF-8; the middle goes, since messages begin and tracebacks end with what matters."""
    raw = str(text).encode("utf-8", "replace")
    if len(raw) <= MAX_TEXT_BYTES:
        return raw.decode("utf-8")
    half = (MAX_TEXT_BYTES - len(_CUT)) // 2
    return raw[:half].decode("utf-8", "ignore") + _CUT + raw[-half:].decode("utf-8", "ignore")
