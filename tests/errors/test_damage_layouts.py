#!/usr/bin/env python3
"""What is said of a damaged compressed file is the same for any layout and engine.

    test_damage_layouts.py --mpiexec MPIRUN --command PARFASTQ --many MANY [--seed N] [--files N]

FASTQ of some hundred kilobytes is compressed as one member, as several, as BGZF blocks, as a member
that holds hundreds of times its own size, and by other compressors. Bits are flipped, short stretches overwritten, and
the file cut short, anywhere; in the text, too, so that there is a bad record before or behind the
damage. Some have what is no gzip between two members, around the length from which on the second is
not looked for. `convert` and `validate` must end with the same exit code and say the same, to the byte, as
one rank that inflates from the front does in one slice.

PFQ_LONG: a hundred times as many files. PFQ_KEEP: a directory for files that were told differently.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import zlib
from pathlib import Path

import damage
import many
import packing

FILES, LONG_FILES, SECONDS = 40, 4000, 1500
AT_ONCE = 100  # files in one start
OTHERS = {kind: packer for kind, packer in packing.packers().items()
          if kind in ("bzip2", "xz", "zstd")}
REFERENCE = (many.Layout(1, 1, 64 * many.MIB, many.MIB, "", "direct"), "serial")


def layouts(rng):
    """Each engine, at 1, 2 and 3 ranks."""
    return [(many.Layout(ranks=ranks, threads=rng.choice((1, 2, 3)),
                         slice_bytes=rng.choice((1000, 5000, 40_000, 300_000, 64 * many.MIB)),
                         chunk_bytes=rng.choice((300, 4096, many.MIB)), simd="", writer="direct"),
             inflate)
            for ranks in (1, 2, 3) for inflate in packing.INFLATE]


# ---- files ----

def plain_records(rng, n):
    """Ordinary reads: they compress as such do."""
    size = rng.choice((36, 100, 150))
    return [[b"@read.%d\n" % i, bytes(rng.choices(b"ACGT", k=size)) + b"\n", b"+\n",
             bytes(rng.choices(b"FFFFFF:,#", k=size)) + b"\n"] for i in range(n)]


def make_text(rng):
    """A text and what kind it is: some have a bad record."""
    if rng.random() < 0.25:
        records = damage.make_records(rng, rng.randrange(300, 2000), longest=60)
    else:
        records = plain_records(rng, rng.randrange(200, 1500))
    if rng.random() < 0.3:
        kind = rng.choice(sorted(damage.DAMAGES))
        return damage.DAMAGES[kind](rng, records, rng.randrange(len(records)))
    return damage.text_of(records)


def parts(rng, text, pack):
    size = rng.choice((700, 9000, 60_000))
    return b"".join(pack(text[i:i + size]) for i in range(0, len(text), size))


def pack(rng, text):
    """(name, the text compressed in some way)."""
    level = rng.choice((0, 1, 6, 9))
    kind = rng.choice(("member", "flushed", "members", "BGZF", "mixed", "fixed", "dense",
                       "padded", *OTHERS))
    if kind == "member":
        data = packing.deflated(level, memory=rng.choice((1, 8)))(rng, text)
    elif kind == "flushed":
        data = packing.deflated(level, flush=rng.choice((zlib.Z_FULL_FLUSH, zlib.Z_SYNC_FLUSH)))(
            rng, text)
    elif kind == "members":
        data = parts(rng, text, lambda part: packing.deflated(level)(rng, part))
    elif kind == "padded":
        data = parts(rng, text, lambda part: packing.padded(packing.deflated(level))(rng, part))
    elif kind in OTHERS:
        data = OTHERS[kind](rng, text)
    elif kind == "BGZF":
        data = parts(rng, text, packing.block) + packing.block(b"")
    elif kind == "mixed":
        data = packing.mixed(rng, text)
    elif kind == "fixed":
        data = packing.deflated(6, zlib.Z_FIXED)(rng, text)
    else:
        data = packing.deflated(9)(rng, text[:3000] * rng.randrange(1000, 2500) + text)
    return f"{kind} {level}", data


# ---- damages ----

def flip(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        data[rng.randrange(2, len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def overwrite(rng, data):
    at, size = rng.randrange(2, len(data)), rng.choice((1, 3, 20, 300))
    stretch = rng.choice((bytes(size), b"\xff" * size, rng.randbytes(size), data[-size:],
                          data[:size]))
    return data[:at] + stretch + data[at + size:]


def cut(rng, data):
    return data[:rng.randrange(2, len(data))]


def cut_out(rng, data):
    at = rng.randrange(2, len(data))
    return data[:at] + data[at + rng.choice((1, 8, 100, 1000)):]


def near_the_end(rng, data):
    at = rng.randrange(max(2, len(data) - 60), len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]


def near_the_front(rng, data):
    at = rng.randrange(2, min(60, len(data)))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]


DAMAGES = (flip, flip, flip, flip, overwrite, cut, cut_out, near_the_end, near_the_front)


def damaged(rng):
    """(name, data) of a file."""
    kind, data = pack(rng, make_text(rng))
    how = rng.choice(DAMAGES)
    return f"{kind} {how.__name__}", how(rng, data)


# ---- between members ----

GARBAGE = {
    "noise": lambda rng, size: b"\x7f" + rng.randbytes(size - 1),
    "headers": lambda rng, size: (b"\x7f" + packing.NO_BLOCK * size)[:size - 1] + b"\x7f",
    "zeros and noise": lambda rng, size: bytes(50) + b"\x7f" + rng.randbytes(size - 51),
}
GARBAGE_BYTES = (100, 300_000, many.MIB, many.MIB + 1, many.MIB + 51, 2 * many.MIB)


def with_garbage(rng, kind, size):
    """(name, data) of a file that has garbage between its members, or at its end."""
    member = packing.deflated()(rng, damage.text_of(plain_records(rng, rng.randrange(50, 1500))))
    behind = rng.choice((0, 1, 1, 1, 2))
    return (f"{size} bytes of {kind} and {behind} members",
            member + GARBAGE[kind](rng, size) + member * behind)


# ---- runs ----

def job(verb, how, path, out):
    layout, inflate = how
    return layout.ranks, many.job_line(verb, layout, [[path]], out if verb == "convert" else None,
                                       [f"inflate={inflate}", "max-errors=5"])


def said(answer):
    # Only who walks through BGZF block by block misses the one that marks its end.
    lines = [line for line in answer.lines if "marks the end" not in line]
    return (answer.code, lines) if answer.agreed else "the ranks do not agree"


def try_files(machine, rng, files, directory):
    """Names of those of which not all layouts say the same, with what was said."""
    names, jobs = [], []
    for i, (what, data) in enumerate(files):
        path, out = directory / f"in{i}.fastq.gz", directory / f"out{i}.h5"
        path.write_bytes(data)
        verb = rng.choice(("convert", "convert", "validate"))
        for layout in (REFERENCE, *rng.sample(layouts(rng), 4)):
            names.append((i, f"{what}, {verb}", path, layout))
            jobs.append(job(verb, layout, path, out))
    answers = machine.run_many(jobs, SECONDS)
    reference, wrong, bad = {}, [], 0
    for (i, name, path, layout), answer in zip(names, answers):
        if layout is REFERENCE:
            reference[i] = said(answer)
            bad += answer.code == 1
        elif said(answer) != reference[i]:
            wrong.append((path, f"{name}, {layout}:\n    {said(answer)}\n  but from the front:\n"
                                f"    {reference[i]}"))
    return wrong, bad


def keep(path):
    if os.environ.get("PFQ_KEEP"):
        shutil.copy(path, os.environ["PFQ_KEEP"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    parser.add_argument("--files", type=int,
                        default=LONG_FILES if os.environ.get("PFQ_LONG") else FILES)
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    rng = random.Random(arguments.seed)
    makers = [lambda: damaged(rng)] * arguments.files
    makers += [lambda kind=kind, size=size: with_garbage(rng, kind, size)
               for kind in GARBAGE for size in GARBAGE_BYTES]
    total_wrong = total_bad = done = 0
    while done < len(makers):
        files = [make() for make in makers[done:done + AT_ONCE]]
        with tempfile.TemporaryDirectory() as directory:
            wrong, bad = try_files(machine, rng, files, Path(directory))
            for path, sentence in wrong[:20 if total_wrong < 20 else 0]:
                print(sentence, flush=True)
                keep(path)
        done, total_wrong, total_bad = done + len(files), total_wrong + len(wrong), total_bad + bad
    print(f"{done} damaged files, {total_bad} of them bad: {total_wrong} told differently")
    return 1 if total_wrong or total_bad < done / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
