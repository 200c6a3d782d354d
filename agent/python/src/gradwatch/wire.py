"""Frames of protocol version 1, as this reporter writes and reads them.

agent/protocol/README.md is the contract and agent/protocol/golden holds frames that this module must write byte for byte. Functions
return whole frames (length, kind, payload) as bytes. Members stand in the contract's order, so callers build their dicts in it.
"""
import json
import math
import struct

from gradwatch import limits

MIN_VERSION = 1
MAX_VERSION = 1
MAGIC = b"GRWD"

HELLO, MANIFEST, STEP, CHANGE, LEDGER, PROBE, FAILURE, GOODBYE, PROGRESS = range(1, 10)
WELCOME, ASK, REFUSED = 0x41, 0x42, 0x43

NO_SYNC = 1
FORWARD_RAN = 2
PARTIAL = 4
NORMS = 8
CHECKSUM = 16
LOSS = 32
SCALED = 64
OPEN = 128
#: The flags that a ledger's run keeps.
LEDGER_FLAGS = NO_SYNC | FORWARD_RAN | PARTIAL | SCALED

_HEAD = struct.Struct("<IB")
_STEP = struct.Struct("<HHIQQQQQ")
_BITS = bytes.maketrans(b"\x00\x01", b"01")


def frame(kind, payload):
    """A whole frame.

    Raises ValueError where the payload does not fit, which the callers here avoid by the limits on what they put in.
    """
    length = len(payload) + 1
    if length > limits.MAX_FRAME_BYTES:
        raise ValueError("frame: %d bytes (expected: at most %d)" % (length, limits.MAX_FRAME_BYTES))
    return _HEAD.pack(length, kind) + payload


def to_json(value):
    """Compact JSON in UTF-8. A lone surrogate, as in a file name that is no UTF-8, becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def json_number(value):
    """``value`` itself, or the text that stands for a number that is not finite."""
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def json_frame(kind, value):
    return frame(kind, to_json(value))


def hello(members, min_version=MIN_VERSION, max_version=MAX_VERSION):
    """A Hello frame; words leave the end of ``command``, then ``libraries``, until it is within MAX_HELLO_BYTES."""
    members = dict(members)
    head = MAGIC + struct.pack("<HH", min_version, max_version)
    text = to_json(members)
    while 1 + len(head) + len(text) > limits.MAX_HELLO_BYTES:
        if members.get("command"):
            members["command"] = members["command"][:-1]
        elif members.pop("libraries", None) is None:
            break
        text = to_json(members)
    return frame(HELLO, head + text)


def pack_bits(flags):
    """Bytes of 0 and 1, one a parameter, as the protocol's bitmap: ceil(n / 64) x 8 bytes, bit i in byte i // 8."""
    words = (len(flags) + 63) // 64
    if not words:
        return b""
    return int(bytes(flags).translate(_BITS)[::-1], 2).to_bytes(words * 8, "little")


def step(model, flags, parameters, steps, backward, watched, wall_micros, step_nanos, used, norms=None, checksum=None, loss=None):
    """A Step frame.

    ``used`` is the packed bitmap, ``norms`` n little-endian f32 as bytes. The flags NORMS, CHECKSUM and LOSS are set from what is given.
    """
    flags |= (NORMS if norms is not None else 0) | (CHECKSUM if checksum is not None else 0) | (LOSS if loss is not None else 0)
    parts = [_STEP.pack(model, flags, parameters, steps, backward, watched, wall_micros, step_nanos), used]
    if norms is not None:
        parts.append(norms)
    if checksum is not None:
        parts.append(struct.pack("<d", checksum))
    if loss is not None:
        parts.append(struct.pack("<d", loss))
    return frame(STEP, b"".join(parts))


def manifest(head, modules, parameters, tail):
    """A model's manifest as a list of frames; ``head`` is {"model": ...}, ``tail`` the members after the parameters.

    Modules and parameters are dealt out in order over as many chunks as their text needs.
    """
    chunks = [([], [])]
    size = 0
    for side, entries in ((0, modules), (1, parameters)):
        for entry in entries:
            weight = len(to_json(entry)) + 1
            if size and size + weight > limits.MANIFEST_CHUNK_BYTES:
                chunks.append(([], []))
                size = 0
            chunks[-1][side].append(entry)
            size += weight
    frames = []
    for number, (some_modules, some_parameters) in enumerate(chunks):
        value = {"model": head["model"], "chunk": number, "chunks": len(chunks)}
        if number == 0:
            value.update((name, member) for name, member in head.items() if name != "model")
        value["modules"] = some_modules
        value["parameters"] = some_parameters
        if number == 0:
            value.update(tail)
        frames.append(json_frame(MANIFEST, value))
    return frames


class Incoming:
    """Cuts what the collector sends into frames. Not safe for use by several threads; memory is bounded by one frame."""

    def __init__(self):
        self._buffer = bytearray()

    def feed(self, data):
        """The whole frames so far, as (kind, payload). Raises ValueError on a length that no collector sends."""
        self._buffer += data
        frames = []
        while len(self._buffer) >= 5:
            length = struct.unpack_from("<I", self._buffer)[0]
            if not 1 <= length <= limits.MAX_INCOMING_FRAME_BYTES:
                raise ValueError("frame: %d bytes (expected: 1-%d)" % (length, limits.MAX_INCOMING_FRAME_BYTES))
            if len(self._buffer) < 4 + length:
                break
            frames.append((self._buffer[4], bytes(self._buffer[5:4 + length])))
            del self._buffer[:4 + length]
        return frames
