#!/usr/bin/env python3
"""Claim: FASTQ -> HDF5 -> FASTQ gives the same bytes back, for every kind of file that is accepted
and any number of ranks, threads and slices; rows, lanes and FASTA are what a few lines of Python
make of the text.

    check_export.py PARFASTQ DATA_DIRECTORY [MPIEXEC]

Without MPIEXEC everything runs in one process.
"""
import gzip
import os
import random
import shutil
import subprocess
import sys
import tempfile

CONVERT = ["--quiet", "--no-progress", "--force"]
# Knobs of one process and of three ranks; each check takes the next of both, for starting a process
# costs more than an export.
ALONE = [["--threads", "3", "--slice-size", "1"],
         ["--threads", "1"],
         ["--threads", "2", "--slice-size", "700"]]
RANKS = [["--slice-size", "333", "--threads", "2"], ["--slice-size", "1"], []]
ENCODINGS = {"illumina13.fastq": "illumina1.3", "solexa.fastq": "solexa"}


class Command:
    def __init__(self, program, mpiexec):
        self.program = program
        self.mpiexec = mpiexec

    def run(self, *words, ranks=0, want=0):
        line = [self.program, *words]
        if ranks and self.mpiexec:
            line = [self.mpiexec, "-n", str(ranks), *line]
        done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if done.returncode != want:
            sys.exit(f"{' '.join(line)}\nended with {done.returncode}, not {want}:\n"
                     + done.stdout.decode(errors="replace"))
        return done.stdout.decode(errors="replace")


class Text:
    """A FASTQ file taken apart: its records, each as four lines, and its blank lines."""

    def __init__(self, data):
        lines = data.split(b"\n")
        ended = lines.pop() == b"" if data else True
        lines = [line + b"\n" for line in (lines if ended else data.split(b"\n"))]
        if not ended:
            lines[-1] = lines[-1][:-1]
        while len(lines) % 4 or (lines and lines[-4][:1] != b"@"):
            if lines[-1].strip() == b"":
                lines.pop()  # of the tail
            else:
                lines.append(b"")  # an empty quality line that nobody wrote
        self.records = [lines[i:i + 4] for i in range(0, len(lines), 4)]
        self.tail = data[sum(map(len, lines)):]


def joined(texts):
    """Lanes as one input: its records, and the blank lines that end it."""
    records = [record for text in texts for record in text.records]
    tail = b""
    for text in texts:
        tail = text.tail if text.records else tail + text.tail
    return records, tail


def fastq(records, begin, end, whole_end, tail):
    """Rows begin:end as text. Only the last record of the input may end without a newline."""
    out = []
    for i in range(begin, end):
        text = b"".join(records[i])
        is_end = whole_end and i + 1 == len(records)
        if not is_end and not records[i][3].endswith(b"\n"):
            text += b"\n"
        out.append(text)
    ends = whole_end and end == len(records) and (begin < end or not records)
    return b"".join(out) + (tail if ends else b"")


def plain(line):
    return line.rstrip(b"\n").removesuffix(b"\r") + b"\n"


def fasta(records):
    return b"".join(b">" + plain(r[0][1:]) + plain(r[1]) for r in records)


def check(got_path, want, about):
    with open(got_path, "rb") as file:
        got = file.read()
    if got != want:
        shorter = min(len(got), len(want))
        at = next((i for i in range(shorter) if got[i] != want[i]), shorter)
        around = slice(max(0, at - 40), at + 40)
        sys.exit(f"{about}: {len(got)} bytes, not {len(want)}; first difference at {at}:\n"
                 f"  got  {got[around]!r}\n  want {want[around]!r}")


class Bench:
    """A directory with one HDF5 file at a time, and exports of it."""

    def __init__(self, command, directory):
        self.command = command
        self.turn = 0
        self.h5 = os.path.join(directory, "x.h5")
        self.out = os.path.join(directory, "out.fastq")
        self.directory = directory

    def path(self, name, data):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def convert(self, *words, **how):
        self.command.run("convert", *CONVERT, "-o", self.h5, *words, **how)

    def export(self, *words, **how):
        return self.command.run("export", "--quiet", "--no-progress", "--force", self.h5, "-o",
                                self.out, *words, **how)

    def expect(self, want, about, *words, **how):
        self.export(*words, **how)
        check(self.out, want, f"{about} {' '.join(words)} {how or ''}")

    def expect_everywhere(self, want, about, *words):
        turn = self.turn % 3
        self.turn += 1
        self.expect(want, about, *words, *ALONE[turn])
        if self.command.mpiexec:
            self.expect(want, about, *words, *RANKS[turn], ranks=3)


# ---- files of every kind ----

def record(name, bases, quality, ends=(b"\n",) * 4, plus=b""):
    return b"@" + name + ends[0] + bases + ends[1] + b"+" + plus + ends[2] + quality + ends[3]


def random_file(seed, records, ends=(b"\n",), plus_share=0.0, longest=60):
    dice = random.Random(seed)
    out = []
    for i in range(records):
        n = dice.choice([0, 1, 2, dice.randrange(longest + 1), dice.randrange(longest + 1)])
        name = f"r{i} {'x' * dice.randrange(9)}".encode()
        out.append(record(name, bytes(dice.choices(b"ACGTN", k=n)),
                          bytes(dice.choices(range(33, 127), k=n)),
                          [dice.choice(ends) for _ in range(4)],
                          name if dice.random() < plus_share else b""))
    return b"".join(out)


LF, CRLF = (b"\n",), (b"\r\n",)
MIXED = (b"\n", b"\r\n")
LAST = record(b"last", b"ACG", b"III")


def single_files():
    yield "nothing", b""
    yield "one line feed", b"\n"
    yield "only blank lines", b"\n\r\n\n"
    yield "ordinary", random_file(1, 40)
    yield "CRLF", random_file(2, 40, CRLF)
    yield "mixed line ends", random_file(3, 40, MIXED)
    yield "plus names", random_file(4, 40, LF, 1.0)
    yield "some plus names", random_file(5, 40, LF, 0.3)
    yield "everything mixed", random_file(6, 60, MIXED, 0.5)
    yield "no newline", random_file(7, 9, LF) + LAST[:-1]
    yield "no newline but CR", random_file(8, 9, CRLF) + LAST[:-1] + b"\r"
    yield "one record, no newline", LAST[:-1]
    yield "one record, no newline but CR", LAST[:-1] + b"\r"
    yield "ends after an empty + line", random_file(9, 3) + b"@a\n\n+\n"
    yield "blank tail", random_file(10, 9) + b"\n\n\n"
    yield "mixed blank tail", random_file(11, 9, MIXED) + LAST + b"\r\n\n\r\n"
    yield "zero-length reads", record(b"a", b"", b"") * 7
    yield "zero-length reads and a tail", random_file(12, 3) + LAST + b"\n" * 5
    yield "no names", record(b"", b"AC", b"@+") * 3
    long = record(b"l", b"ACGTA" * 9000, b"@+II!" * 9000)
    yield "a long read", random_file(13, 5, MIXED) + long + LAST


def check_singles(bench):
    for name, data in single_files():
        path = bench.path("in.fastq", data)
        bench.convert(path)
        bench.expect_everywhere(data, name)
        records, _ = joined([Text(data)])
        bench.expect(fasta(records), name, "--fasta", "--slice-size", "100")


def check_data_files(bench, data_directory):
    """The files of tests/data that parfastq takes; whether it takes them is tested elsewhere."""
    names = ["sample_R1.fastq", "crlf.fastq", "mixed_line_ends.fastq", "no_final_newline.fastq",
             "blank_tail.fastq", "zero_length.fastq", "quality_begins_with_at.fastq",
             "plus_names.fastq", "some_plus_names.fastq", "empty_names.fastq", "empty.fastq",
             "long_reads.fastq", "odd_bases.fastq", "all_qualities.fastq", "illumina13.fastq",
             "solexa.fastq"]
    for name in names:
        path = os.path.join(data_directory, name)
        with open(path, "rb") as file:
            data = file.read()
        encoding = ENCODINGS.get(name)
        bench.convert(path, *(["--quality-encoding", encoding] if encoding else []))
        bench.expect(data, name, "--slice-size", "5k", "--threads", "2")


def check_rows(bench):
    data = random_file(20, 3, MIXED, 0.5) + LAST[:-1]
    bench.convert(bench.path("in.fastq", data))
    records, tail = joined([Text(data)])
    n = len(records)
    for begin in range(n + 1):
        for end in range(begin, n + 1):
            bench.expect(fastq(records, begin, end, True, tail), "rows", "--rows",
                         f"{begin}:{end}", "--slice-size", "50")
    bench.expect(fastq(records, 2, n, True, tail), "rows to the last", "--rows", "2:")
    bench.expect(fastq(records, 1, 3, True, tail), "rows", "--rows", "1:3", ranks=3)
    said = bench.export("--rows", f"0:{n + 1}", want=2)
    if f"only {n}" not in said:
        sys.exit(f"rows beyond the end: {said}")


LANES = [
    [random_file(30, 5) + LAST[:-1], random_file(31, 6, CRLF), random_file(32, 4)],
    [random_file(33, 5) + b"\n\n", random_file(34, 6) + LAST[:-1] + b"\r"],
    [b"\n", random_file(35, 3) + LAST + b"\r\n", b"", b"\n\n"],
    [random_file(36, 3) + LAST[:-1], b"\n"],
    [b"", b""],
    [b"\n", b"\r\n\n"],
]


def check_lanes(bench):
    for i, lanes in enumerate(LANES):
        paths = [bench.path(f"lane{k}.fastq", data) for k, data in enumerate(lanes)]
        bench.convert(*paths)
        records, tail = joined([Text(data) for data in lanes])
        bench.expect_everywhere(fastq(records, 0, len(records), True, tail), f"lanes {i}")


def check_interleaved(bench):
    for seed, finish in [(40, b""), (41, b"\n\r\n"), (42, None)]:
        ends = random_file(seed, 16, MIXED, 0.5).replace(b"@r", b"@")
        records = Text(ends).records
        for k in range(0, 16, 2):  # mates have one name
            records[k + 1][0] = records[k][0]
            for line in (records[k], records[k + 1]):
                name = line[0][1:].rstrip(b"\r\n")
                line[2] = b"+" + (name if len(line[2]) > 3 else b"") + b"\n"
        data = b"".join(b"".join(r) for r in records)
        if finish is None:
            data = data[:-1]  # the last newline is missing
        else:
            data += finish
        bench.convert("--interleaved", bench.path("in.fastq", data))
        bench.expect_everywhere(data, f"interleaved {seed}")
        records, tail = joined([Text(data)])
        for mate in (1, 2):
            own = records[mate - 1::2]
            bench.expect(fastq(own, 0, len(own), False, b""), f"interleaved {seed}", "--mate",
                         str(mate))
        bench.expect(fastq(records, 4, 10, True, tail), f"interleaved {seed}", "--rows", "2:5")


def check_pairs(bench):
    mates = [random_file(50, 9, LF) + LAST[:-1], random_file(50, 9, CRLF) + LAST + b"\n\n"]
    paths = [bench.path(f"R{m + 1}.fastq", data) for m, data in enumerate(mates)]
    bench.convert("--no-name-check", "-1", paths[0], "-2", paths[1])
    for m, data in enumerate(mates):
        bench.expect_everywhere(data, "pairs", "--mate", str(m + 1))
    for words, want in [([], "choose one with --mate"), (["--mate", "3"], "there is no mate 3")]:
        said = bench.export(*words, want=2)
        if want not in said:
            sys.exit(f"pairs {words}: {said}")


def check_packed(bench):
    """An output called .gz is BGZF (SAM specification 4.1) with its end mark, of the same bytes."""
    mark = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
    for i, data in enumerate([b"", random_file(60, 2), random_file(61, 4000, longest=400),
                              random_file(62, 40) + b"\n\r\n\n"]):
        bench.convert(bench.path("in.fastq", data))
        for words, how in [([], {}), (["--slice-size", "9k", "--level", "1"], {"ranks": 3})]:
            out = os.path.join(bench.directory, "out.fastq.gz")
            bench.command.run("export", "--quiet", "--force", bench.h5, "-o", out, *words, **how)
            with open(out, "rb") as file:
                packed = file.read()
            if gzip.decompress(packed) != data:
                sys.exit(f"packed {i} {words}: other bytes")
            if not packed.endswith(mark) or packed[12:16] != b"BC\x02\x00":
                sys.exit(f"packed {i} {words}: not BGZF with an end mark")
            before = os.path.join(bench.directory, "in.fastq")
            bench.convert(out)
            bench.expect(data, f"packed {i}, and back")
            bench.convert(before)


def main():
    program, data_directory = sys.argv[1:3]
    command = Command(program, sys.argv[3] if len(sys.argv) > 3 else None)
    directory = tempfile.mkdtemp(prefix="export-")
    try:
        bench = Bench(command, directory)
        check_singles(bench)
        check_data_files(bench, data_directory)
        check_rows(bench)
        check_lanes(bench)
        check_interleaved(bench)
        check_pairs(bench)
        check_packed(bench)
    finally:
        shutil.rmtree(directory)


main()
