#!/usr/bin/env python3
"""One gzip member of more than 4 GiB of text, and a file of more than 4 GiB, are read whole: serially,
in parallel, and by an index, with the right numbers of records and bases.

    check_large.py PARFASTQ DATA_DIRECTORY MPIEXEC [DIRECTORY]

The member is one stretch of text, compressed without a look at what was before it, again and again;
so it is made in seconds. Every second file has most of its stretches stored, which makes the file
longer than 4 GiB, too. Needs 12 GB of disk in DIRECTORY. Too long for every day: ctest -C long -L long
"""

import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

LARGE = (1 << 32) + (1 << 28)
SECONDS = 1800


def piece_of(text, level):
    stream = zlib.compressobj(level, zlib.DEFLATED, -15)
    return stream.compress(text) + stream.flush(zlib.Z_FULL_FLUSH)


def make(path, text, levels):
    """A member of pieces of these levels in turn, until its text is large; returns how many."""
    pieces = [piece_of(text, level) for level in levels]
    count = LARGE // len(text) + 1
    crc = 0
    with path.open("wb") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\3")
        for i in range(count):
            file.write(pieces[i % len(pieces)])
            crc = zlib.crc32(text, crc)
        file.write(b"\3\0" + crc.to_bytes(4, "little")
                   + (count * len(text) & 0xffffffff).to_bytes(4, "little"))
    return count


def main():
    command, data, mpiexec = sys.argv[1:4]
    text = b"".join((Path(data) / f"sample_R{mate}.fastq").read_bytes() for mate in (1, 2)) * 3
    lines = text.split(b"\n")
    records, bases = len(lines) // 4, sum(map(len, lines[1::4]))
    wrong = []

    def expect(count, words):
        ended = subprocess.run([mpiexec, "-n", "2", command, *words], capture_output=True,
                               text=True, timeout=SECONDS, check=False)
        want = f": {count * records} records, {count * bases} bases in "
        print(*words[:-1], ended.returncode, ended.stderr.strip(), flush=True)
        if ended.returncode or want not in ended.stderr:
            wrong.append(f"{words}: {ended.returncode}: {ended.stderr}, not {want}")

    with tempfile.TemporaryDirectory(dir=sys.argv[4] if len(sys.argv) > 4 else None) as directory:
        for name, levels in (("text", [6]), ("file", [0] * 30 + [6])):
            path = Path(directory) / f"{name}.fastq.gz"
            count = make(path, text, levels)
            print(f"{name}: {count * len(text)} bytes of text in {path.stat().st_size}")
            if name == "file" and path.stat().st_size < 1 << 32:
                wrong.append(f"{path} is not large")
            expect(count, ["validate", "--inflate", "serial", path])
            expect(count, ["validate", "--inflate", "parallel", "--index", "--verbose", path])
            expect(count, ["validate", "--verbose", path])
            if name == "text":
                out = Path(directory) / "out.h5"
                expect(count, ["convert", "-o", out, path])
            path.unlink()
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
