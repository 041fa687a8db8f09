#!/usr/bin/env python3
"""Claim: `get` prints the records that are asked for, in that order and as they were, found by an
index or without one; the index is the sorted list of the hashes of the names, as a few lines of
Python compute it, for any number of ranks; what is not found is listed, and the exit code is 1.

    check_get.py PARFASTQ DATA_DIRECTORY [MPIEXEC]
"""
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "errors"))
from read_names import key_of, name_hash

try:
    import h5py
except ImportError:
    h5py = None


class Command:
    def __init__(self, program, mpiexec, directory):
        self.program, self.mpiexec, self.directory = program, mpiexec, directory

    def run(self, *words, ranks=0, code=0, stdin=b""):
        launch = [self.mpiexec, "-n", str(ranks)] if ranks and self.mpiexec else []
        line = [*launch, self.program, *map(str, words)]
        done = subprocess.run(line, input=stdin, capture_output=True, cwd=self.directory,
                              timeout=120)
        if done.returncode != code:
            sys.exit(f"{' '.join(line)}: exit code {done.returncode}, not {code}:\n"
                     f"{done.stderr.decode(errors='replace')}")
        return done.stdout, done.stderr.decode(errors="replace")

    def convert(self, out, *words, ranks=0):
        self.run("convert", "-q", "-f", "-o", out, *words, ranks=ranks)


def expect(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got[:300]!r} ({len(got)} bytes), not {want[:300]!r} ({len(want)})")


def records_of(text):
    lines = text.split(b"\n")
    return [b"\n".join(lines[i:i + 4]) + b"\n" for i in range(0, len(lines) - 1, 4)]


def header(record):
    return record.split(b"\n")[0][1:].rstrip(b"\r")


# ---- the index ----

def check_index(path):
    """Against names that h5py reads."""
    if not h5py:
        return
    with h5py.File(path) as file:
        for mate in range(1, int(file.attrs["mates"]) + 1):
            read = file[f"read{mate}"]
            offset, text = read["name_offset"][:].tolist(), read["name"][:].tobytes()
            names = [key_of(text[a:b]) for a, b in zip(offset, offset[1:])]
            want = sorted((name_hash(name), row) for row, name in enumerate(names))
            got = list(zip(read["index/name_hash"][:].tolist(), read["index/name_row"][:].tolist()))
            if got != want:
                sys.exit(f"{path}: the index of read{mate} is not that of its names")


# ---- single reads ----

def many_reads(dice):
    """Names of all sorts, some of them more than once; line ends of both kinds."""
    out = []
    for i in range(700):
        name = dice.choice([b"r%d", b"r%d/1", b"r%d/2 x y", b"r%d\tx", b"x:%d:%d y"])
        name = name.replace(b"%d", b"%d" % dice.randrange(400), 1).replace(b"%d", b"%d" % i)
        n = dice.choice([0, 1, dice.randrange(200)])
        end = dice.choice([b"\n", b"\r\n"])
        plus = dice.choice([b"", b"", name])
        out.append(b"@" + name + end + bytes(dice.choices(b"ACGTN", k=n)) + end + b"+" + plus + end
                   + bytes(dice.choices(range(33, 127), k=n)) + end)
    out.append(b"@\nA\n+\nI\n")
    return out


def wanted(records, name):
    """The records a name stands for, in a file of single reads."""
    digit = re.search(rb".(/[1-4])$", re.split(rb"[ \t]", name)[0])
    found = []
    for record in records:
        own = re.search(rb".(/[1-4])$", re.split(rb"[ \t]", header(record))[0])
        if key_of(header(record)) == key_of(name) and (
                not digit or not own or digit.group(1) == own.group(1)):
            found.append(record)
    return found


def check_single(command, dice, compress, index, ranks):
    records = many_reads(dice)
    (command.directory / "in.fastq").write_bytes(b"".join(records)[:-1])  # the last line is open
    command.convert("s.h5", "--compress", compress, *index, "in.fastq", ranks=ranks)
    if index:
        check_index(command.directory / "s.h5")
    for n in (1, 3, 900):
        names = [header(dice.choice(records[:-1])) for _ in range(n)]
        got, said = command.run("get", "s.h5", "-t", n % 3 + 1, "--names", "-",
                                stdin=b"\r\n\n".join(names))
        expect(f"{n} names", got, b"".join(b"".join(wanted(records, name)) for name in names))
        if ("--index-names" in said) == bool(index):
            sys.exit(f"the hint at --index-names came where it should not: {said}")
    got, _ = command.run("get", "-q", "s.h5", "--rows", "690:", "-t", "2")
    expect("rows", got, b"".join(records[690:]))
    got, _ = command.run("get", "-q", "s.h5", "--rows", "1:3", "--fasta")
    expect("FASTA", got, b"".join(b">" + header(r) + b"\n" + r.split(b"\n")[1].rstrip(b"\r") + b"\n"
                                  for r in records[1:3]))


def check_missing(command):
    records = records_of((command.directory / "in.fastq").read_bytes() + b"\n")
    one = header(records[7])
    got, said = command.run("get", "s.h5", "nobody", one.decode(), "no\x01one", "-f", "-o", "out.fq", code=1)
    expect("output beside a file", got, b"")
    expect("what was found", (command.directory / "out.fq").read_bytes(),
           b"".join(wanted(records, one)))
    for sentence in ("no read is named 'nobody'", "no read is named 'no\\x01one'",
                     "2 of 3 names were not found"):
        if sentence not in said:
            sys.exit(f"\"{sentence}\" is missing in {said!r}")
    for words, sentence in ((["--rows", "0:99999"], "there are only"),
                            (["--mate", "2", "x"], "there is no mate 2"),
                            (["--names", "no_such_file"], "cannot open"),
                            (["x", "-o", "out.fq"], "exists")):
        _, said = command.run("get", "s.h5", *words, code=2)
        if sentence not in said:
            sys.exit(f"\"{sentence}\" is missing in {said!r}")


# ---- pairs, and files of no or few records ----

def check_pairs(command, data, ranks):
    paths = [data / f"sample_R{mate}.fastq" for mate in (1, 2)]
    mates = [records_of(path.read_bytes()) for path in paths]
    command.convert("p.h5", "--index-names", "-1", paths[0], "-2", paths[1], ranks=ranks)
    check_index(command.directory / "p.h5")
    rows = [5, 1999, 0, 5]
    names = [header(mates[0][row]).split()[0].decode() for row in rows]
    got, _ = command.run("get", "p.h5", *names)
    expect("both mates", got, b"".join(mates[0][row] + mates[1][row] for row in rows))
    got, _ = command.run("get", "p.h5", "--mate", 2, *[name + "/1" for name in names])
    expect("the second mate", got, b"".join(mates[1][row] for row in rows))


def check_few(command, ranks):
    for text in (b"", b"@a\nA\n+\nI\n", b"@a\nA\n+\nI\n@a/2\n\n+\n\n"):
        (command.directory / "few.fastq").write_bytes(text)
        for compress, number in (("fast", ranks), ("none", 0)):
            command.convert("few.h5", "--index-names", "--compress", compress, "few.fastq",
                            ranks=number)
            check_index(command.directory / "few.h5")
            got, _ = command.run("get", "few.h5", "a", code=0 if text else 1)
            expect("few", got, text)
    got, _ = command.run("get", "few.h5", "--rows", "0:", ranks=ranks)
    expect("all of few", got, text)


def check_columns(command, data):
    """Files without some columns, and with coded bases."""
    path = data / "sample_R1.fastq"
    records = records_of(path.read_bytes())
    command.convert("c.h5", "--columns", "sequence,name", "--bases", "code", "--index-names", path)
    got, _ = command.run("get", "c.h5", "--fasta", header(records[100]).decode())
    expect("coded FASTA", got, b">" + header(records[100]) + b"\n" + records[100].split(b"\n")[1]
           + b"\n")
    _, said = command.run("get", "c.h5", "--rows", "1:2", code=2)
    if "the column quality was left out" not in said:
        sys.exit(f"a file without qualities gave {said!r}")
    command.convert("c.h5", "--columns", "sequence,quality", path)
    command.run("get", "c.h5", "x", code=2)
    command.run("convert", "-o", "d.h5", "--columns", "quality", "--index-names", path, code=2)


def main():
    program, data = sys.argv[1], Path(sys.argv[2])
    mpiexec = sys.argv[3] if len(sys.argv) > 3 else None
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as directory:
        command = Command(program, mpiexec, Path(directory))
        for compress, index, ranks in (("fast", ["--index-names"], 2), ("none", [], 0),
                                       ("none", ["--index-names"], 3), ("gzip:1", [], 0)):
            check_single(command, dice, compress, index, ranks)
        check_missing(command)
        check_columns(command, data)
        check_pairs(command, data, 3)
        check_few(command, 5)


main()
