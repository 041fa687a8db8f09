#!/usr/bin/env python3
"""A damaged compressed file is found out, wherever it is damaged, by any layout.

    test_damaged_files.py --mpiexec MPIRUN --command PARFASTQ --many MANY [--seed N] [--flips N]

Small files, of one member, of several, of BGZF blocks, are cut short at every length and flipped at
random bits. Where zlib says that the data are whole, the records must be those of the text that
zlib gives; where it says they are not, the run must end with exit code 1, one sentence that names
the file, and no output. Then what may follow the last member: zeros (silence), garbage (a warning,
an error if --strict), text (an error). Files of other compressors are cut short, too.
"""

import argparse
import random
import sys
import tempfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import columns
import damage
import many
import packing
import reference
from wrong import conclude

SECONDS = 600
WHOLE, BAD, GARBAGE = "whole", "bad", "garbage"


def judge(data):
    """What zlib says of a gzip file: (verdict, text)."""
    text = b""
    while data:
        stream = zlib.decompressobj(31)
        try:
            text += stream.decompress(data)
        except zlib.error:
            return BAD, text
        if not stream.eof:
            return BAD, text
        data = stream.unused_data.lstrip(b"\0")
        if data and not data.startswith(b"\x1f\x8b"):
            return (BAD if data.startswith(b"@") else GARBAGE), text
    return WHOLE, text


def any_layout(rng):
    return many.Layout(ranks=rng.choice((1, 2, 3, 5)), threads=rng.choice((1, 2)),
                       slice_bytes=rng.choice((256, 4096, many.MIB)), chunk_bytes=4096, simd="",
                       writer="parallel")


class Trials:
    def __init__(self, machine, directory, rng):
        self.machine, self.directory, self.rng = machine, Path(directory), rng
        self.jobs, self.checks, self.wrong = [], [], []

    def add(self, name, data, check, options=()):
        path = self.directory / f"in{len(self.jobs)}.fastq"
        path.write_bytes(data)
        layout, out = any_layout(self.rng), self.directory / f"out{len(self.jobs)}.h5"
        how = [f"inflate={self.rng.choice(packing.INFLATE)}", *options]
        self.jobs.append((layout.ranks, many.job_line("convert", layout, [[path]], out, how)))
        self.checks.append((f"{name}, {layout}, {how}", check, path, out))

    def run(self):
        answers = self.machine.run_many(self.jobs, SECONDS)
        for (name, check, path, out), answer in zip(self.checks, answers):
            sentence = None if answer.agreed else "the ranks do not agree"
            sentence = sentence or check(path, answer, out)
            if sentence:
                self.wrong.append(f"{name}: {sentence}\n    said {answer.lines[:3]}")
            out.unlink(missing_ok=True)


def is_refused(*words):
    def check(path, answer, out):
        if answer.code != 1:
            return f"exit code {answer.code}, not 1"
        if out.exists():
            return "there is an output"
        if len(answer.lines) != 1 or str(path) not in answer.lines[0]:
            return "not one sentence that names the file"
        missing = [word for word in words if word not in answer.lines[0]]
        return f"{missing} is not said" if missing else None
    return check


def holds(text, warnings=0):
    """Converted, with the records of this text, or refused for the first bad one."""
    reading = reference.read(text)

    def check(path, answer, out):
        if reading.faults:
            return is_refused()(path, answer, out)
        if answer.code != 0:
            return "good data are refused"
        said = [line for line in answer.lines if "no records" not in line]
        # The end mark of BGZF may be what was cut off.
        said = [line for line in said if "marks the end" not in line]
        if len(said) != warnings:
            return f"{len(said)} warnings, not {warnings}"
        return columns.difference(out, 1, columns.expected(reading.records, [reading.tail]))
    return check


def as_zlib_says(data):
    verdict, text = judge(data)
    if verdict == WHOLE:
        return holds(text)
    if verdict == BAD:
        return is_refused()

    # A member that is no member any more: a warning if it was the last one, else an error.
    def check(path, answer, out):
        return (holds(text, 1) if answer.code == 0 else is_refused())(path, answer, out)
    return check


def files(rng):
    text = damage.text_of(damage.make_records(rng, 40, longest=60))
    cut = len(text) // 3
    return {
        "one member": packing.deflated()(rng, text),
        "one member of many blocks": packing.deflated(9, flush=zlib.Z_FULL_FLUSH, memory=1)(
            rng, text),
        "three members": b"".join(packing.deflated()(rng, part) for part in
                                  (text[:cut], b"", text[cut:])),
        "BGZF": b"".join(packing.block(text[i:i + 400]) for i in range(0, len(text), 400))
                + packing.block(b""),
        "mixed": packing.mixed(rng, text),
    }, text


def cut_and_flip(trials, rng, flips):
    made, _ = files(rng)
    for name, data in made.items():
        for length in range(1, len(data)):
            if length < 40 or len(data) - length < 40 or rng.randrange(4) == 0:
                trials.add(f"{name} cut at {length}", data[:length], as_zlib_says(data[:length])
                           if length > 1 else lambda path, answer, out: None)
        for _ in range(flips):
            flipped = bytearray(data)
            for _ in range(rng.choice((1, 1, 2, 30))):
                flipped[rng.randrange(2, len(data))] ^= 1 << rng.randrange(8)
            trials.add(f"{name} flipped", bytes(flipped), as_zlib_says(bytes(flipped)))


def wrong_footers(trials, rng):
    made, _ = files(rng)
    for name in ("one member", "one member of many blocks"):
        data = made[name]
        trials.add("wrong CRC", data[:-8] + b"\1\2\3\4" + data[-4:], is_refused("CRC"))
        trials.add("wrong size", data[:-4] + b"\1\2\3\4", is_refused("bytes"))


def what_follows(trials, rng):
    made, text = files(rng)
    for name, data in made.items():
        noise = b"\x7f" + bytes(rng.randrange(1, 256) for _ in range(rng.randrange(3000)))
        trials.add(f"{name}, zeros", data + bytes(1000), holds(text))
        trials.add(f"{name}, noise", data + noise, holds(text, 1))
        trials.add(f"{name}, noise, strict", data + noise, is_refused("not gzip"), ["strict"])
        trials.add(f"{name}, text", data + text, is_refused("not compressed"))
        trials.add(f"{name}, noise and a member", data + noise + made["one member"],
                   is_refused("members follow"))
    member = made["one member"]
    for size, check in ((many.MIB, is_refused("members follow")), (many.MIB + 1, holds(text, 1))):
        for _ in range(3):
            trials.add(f"{size} bytes and a member", member + b"\x7f" * size + member, check)
    trials.add("text, then gzip", text + made["one member"], is_refused())


def other_compressors(trials, rng):
    _, text = files(rng)
    every = packing.packers()
    for name in ("zstd", "bzip2", "xz"):
        data = every[name](rng, text) if name in every else b""
        for length in range(12, len(data), 37):
            trials.add(f"{name} cut at {length}", data[:length], is_refused(name, "byte 0"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--flips", type=int, default=60)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    with tempfile.TemporaryDirectory() as directory:
        trials = Trials(machine, directory, rng)
        cut_and_flip(trials, rng, arguments.flips)
        wrong_footers(trials, rng)
        what_follows(trials, rng)
        other_compressors(trials, rng)
        trials.run()
    return conclude(f"{len(trials.jobs)} damaged files: ", found=trials.wrong)


if __name__ == "__main__":
    sys.exit(main())
