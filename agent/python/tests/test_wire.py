"""The Python writer against the contract's golden frames."""
import glob
import json
import os
import struct
import unittest

from gradwatch import limits, wire

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "protocol", "golden")
KINDS = {"Manifest": wire.MANIFEST, "Change": wire.CHANGE, "Ledger": wire.LEDGER, "Probe": wire.PROBE, "Failure": wire.FAILURE,
         "Goodbye": wire.GOODBYE, "Progress": wire.PROGRESS}


def golden():
    for path in sorted(glob.glob(os.path.join(GOLDEN, "*.json"))):
        with open(path, encoding="utf-8") as text, open(path[:-5] + ".hex", encoding="ascii") as digits:
            yield os.path.basename(path)[:-5], json.load(text), bytes.fromhex("".join(digits.read().split()))


def step_frame(value):
    used = bytearray(value["parameters"])
    for index in value["used"]:
        used[index] = 1
    norms = value.get("norms")
    flags = value["flags"] & ~(wire.NORMS | wire.CHECKSUM | wire.LOSS)
    return wire.step(value["model"], flags, value["parameters"], value["step"], value["backward"], value["watched"], value["wall_micros"],
                     value["step_nanos"], wire.pack_bits(used),
                     None if norms is None else struct.pack("<%df" % len(norms), *map(float, norms)),
                     None if "checksum" not in value else float(value["checksum"]), None if "loss" not in value else float(value["loss"]))


class WireTest(unittest.TestCase):
    def test_golden_frames_are_written_byte_for_byte(self):
        written = 0
        for name, described, expected in golden():
            kind, value = described["kind"], described["value"]
            with self.subTest(name):
                if kind == "Hello":
                    frame = wire.hello(value["json"], value["min_version"], value["max_version"])
                elif kind == "Step" and "appended" not in described:
                    frame = step_frame(value)
                elif kind in KINDS:
                    frame = wire.json_frame(KINDS[kind], value)
                else:
                    continue
                self.assertEqual(expected.hex(), frame.hex())
                written += 1
        self.assertGreater(written, 30)

    def test_golden_manifest_is_what_the_chunker_writes(self):
        frames = {name: (described["value"], expected) for name, described, expected in golden() if described["kind"] == "Manifest"}
        value, expected = frames["manifest"]
        head = {name: value[name] for name in ("model", "name", "wrapper", "parameters_total", "state_dict_keys")}
        tail = {name: value[name] for name in ("ddp", "notes")}
        self.assertEqual([expected], wire.manifest(head, value["modules"], value["parameters"], tail))

    def test_hello_keeps_its_limit_by_cutting_the_command(self):
        members = {"job": "a", "rank": 0, "world_size": 1, "pid": 1, "command": ["train.py"] + ["\x01" * 1_024] * 63, "libraries": {"peft": "1"}}
        frame = wire.hello(members)
        kept = json.loads(frame[13:].decode("utf-8"))
        self.assertLessEqual(len(frame) - 4, limits.MAX_HELLO_BYTES)
        self.assertEqual(("train.py", 10, {"peft": "1"}), (kept["command"][0], len(kept["command"]) - 1, kept["libraries"]))
        self.assertEqual(64, len(members["command"]))

    def test_hello_with_endless_versions_loses_its_libraries(self):
        frame = wire.hello({"job": "a", "command": ["x"], "libraries": {"peft": "1" * limits.MAX_HELLO_BYTES}})
        self.assertEqual({"job": "a", "command": []}, json.loads(frame[13:].decode("utf-8")))

    def test_manifest_past_a_chunks_size_is_dealt_out_in_order(self):
        entries = [{"name": "x" * 1000, "place": place} for place in range(3000)]
        frames = wire.manifest({"model": 0, "name": "Net"}, entries[:5], entries[5:], {"ddp": None, "notes": []})
        values = [json.loads(frame[5:].decode("utf-8")) for frame in frames]
        self.assertGreater(len(values), 2)
        self.assertEqual(entries, [entry for value in values for entry in value["modules"] + value["parameters"]])
        self.assertEqual([(place, len(values)) for place in range(len(values))], [(value["chunk"], value["chunks"]) for value in values])
        self.assertEqual([True] + [False] * (len(values) - 1), ["notes" in value for value in values])

    def test_frame_over_the_limit_is_an_error_with_both_numbers(self):
        with self.assertRaisesRegex(ValueError, r"frame: 16777217 bytes \(expected: at most 16777216\)"):
            wire.frame(wire.LEDGER, bytes(limits.MAX_FRAME_BYTES))

    def test_lone_surrogate_becomes_a_question_mark(self):
        self.assertEqual(b'"a?b"', wire.to_json("a\udce9b"))

    def test_incoming_cut_at_every_byte_gives_the_same_frames(self):
        stream = wire.frame(wire.WELCOME, b"\x01\x00{}") + wire.frame(wire.ASK, b'{"model":0}') + wire.frame(0x7F, b"")
        for cut in range(len(stream) + 1):
            incoming = wire.Incoming()
            frames = incoming.feed(stream[:cut]) + incoming.feed(stream[cut:])
            self.assertEqual([(0x41, b"\x01\x00{}"), (0x42, b'{"model":0}'), (0x7F, b"")], frames)

    def test_incoming_length_over_its_bound_is_an_error(self):
        for length in (0, limits.MAX_INCOMING_FRAME_BYTES + 1):
            with self.assertRaisesRegex(ValueError, r"frame: %d bytes \(expected: 1-1048576\)" % length):
                wire.Incoming().feed(struct.pack("<IB", length, 1))

    def test_texts_are_cut_inside_their_bytes(self):
        self.assertEqual("é" * 512, limits.cut_name("é" * 600))
        cut = limits.cut_text("a" * 70_000 + "end")
        self.assertEqual(limits.MAX_TEXT_BYTES - 1, len(cut.encode("utf-8")))
        self.assertTrue(cut.startswith("aaa") and cut.endswith("end") and " ... " in cut)


if __name__ == "__main__":
    unittest.main()
