#!/usr/bin/env python3
"""What cannot be converted is refused by name, with the right exit code, and nothing is harmed.

    test_refusals.py --mpiexec MPIRUN --command PARFASTQ

Inputs that are missing, unreadable or something else than FASTQ; outputs that exist or cannot be
made; inputs without records, which are legal. By the command itself, alone and with three ranks:
one message, from rank 0 alone; nothing left behind; an output that was there before is not touched.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import columns
import many

GOOD = b"@a\nACGT\n+\nIIII\n@b\n\n+\n\n"
BAD = GOOD + b"@c\nACGT\n+\nIII\n"
SECONDS = 60
NOBODY = 65534
RANKS = (0, 3)  # 0: without a launcher

# First bytes of what is not FASTQ, and what the message must call it.
OTHERS = {
    "reads.fa": (b">a\nACGT\n", "FASTA"),
    "reads.bam": (b"BAM\x01\x00\x00\x00\x00", "BAM"),
    "reads.cram": (b"CRAM\x03\x00", "CRAM"),
    "reads.zip": (b"PK\x03\x04\x14\x00", "zip"),
    "reads.h5": (b"\x89HDF\r\n\x1a\n\x00", "HDF5"),
    "utf16.fastq": (b"\xff\xfe@\x00a\x00", "UTF-16"),
    "bom.fastq": (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
    "noise.bin": (b"\x7fELF\x02\x01\x01\x00\x00\x00", "binary"),
}


class Bench:
    """A directory for one claim after the other, and what is wrong so far."""

    def __init__(self, machine, directory):
        self.machine, self.directory, self.wrong = machine, Path(directory), []
        self.runs = 0

    def write(self, name, data):
        path = self.directory / name
        path.write_bytes(data)
        return path

    def names(self):
        return sorted(path.name for path in self.directory.iterdir())

    def run(self, ranks, words):
        self.runs += 1
        return self.machine.convert(ranks, words, SECONDS, cwd=self.directory)

    def hold(self, condition, claim, ended):
        if not condition:
            self.wrong.append(f"{claim}: code {ended.code}, said {many.said(ended)}")
        return condition

    def refused(self, claim, words, code, *fragments, verb="convert"):
        """The command ends with this code and one message that holds all fragments; no file
        appears, changes or goes away."""
        before = {name: (self.directory / name).lstat() for name in self.names()}
        for ranks in RANKS:
            ended = self.run(ranks, [verb, *words])
            lines = many.said(ended)
            name = f"{claim} ({ranks} ranks)"
            self.hold(ended.code == code, f"{name}: wants exit code {code}", ended)
            self.hold(len(lines) == 1 and lines[0].startswith("parfastq: ") and
                      all(fragment in lines[0] for fragment in fragments),
                      f"{name}: wants one line with {fragments}", ended)
            after = {name: (self.directory / name).lstat() for name in self.names()}
            same = before.keys() == after.keys() and all(
                (before[name].st_ino, before[name].st_size, before[name].st_mtime_ns) ==
                (after[name].st_ino, after[name].st_size, after[name].st_mtime_ns)
                for name in before)
            self.hold(same, f"{name}: files before {sorted(before)}, after {sorted(after)}", ended)

    def accepted(self, claim, words, code, records, *fragments):
        """The command ends with this code; out.h5 has so many records in each mate; it says all
        fragments."""
        for ranks in RANKS:
            ended = self.run(ranks, ["convert", "-f", "--no-progress", "-o", "out.h5", *words])
            name = f"{claim} ({ranks} ranks)"
            self.hold(all(fragment in ended.err for fragment in fragments),
                      f"{name}: wants {fragments}", ended)
            out = self.directory / "out.h5"
            if not self.hold(ended.code == code and out.exists(),
                             f"{name}: wants exit code {code} and an output", ended):
                continue
            for mate, rows in enumerate(records, 1):
                have = len(columns.found(out, mate)["offset"]) - 1
                self.hold(have == rows, f"{name}: {have} records in mate {mate}, not {rows}", ended)
            out.unlink()
            left = [name for name in self.names() if name.endswith(".part")]
            self.hold(not left, f"{name}: left behind {left}", ended)


def check_inputs(bench):
    bench.refused("a missing input", ["-o", "out.h5", "missing.fastq"], 2, "missing.fastq")
    bench.write("good.fastq", GOOD)
    bench.refused("a missing second lane", ["-o", "out.h5", "good.fastq", "missing.fastq"], 2,
                  "missing.fastq")
    bench.refused("a missing mate", ["-o", "out.h5", "-1", "good.fastq", "-2", "missing.fastq"], 2,
                  "missing.fastq")
    (bench.directory / "folder").mkdir()
    bench.refused("a directory as input", ["-o", "out.h5", "folder"], 2, "folder", "directory")
    for name, (data, word) in OTHERS.items():
        bench.write(name, data)
        bench.refused(f"{name}", ["-o", "out.h5", name], 1, name, word)
        (bench.directory / name).unlink()
    bench.refused("validate of a missing input", ["missing.fastq"], 2, "missing.fastq",
                  verb="validate")
    bench.refused("export of a missing input", ["-o", "o.fastq", "missing.h5"], 2, "missing.h5",
                  verb="export")
    bench.refused("export of what is not HDF5", ["-o", "o.fastq", "good.fastq"], 1, "good.fastq",
                  verb="export")


def check_bad_data(bench):
    bench.write("bad.fastq", BAD)
    sentence = f"bad.fastq:12: record 3, byte {len(GOOD)}: 4 bases but 3 quality values"
    bench.refused("a bad record", ["-o", "out.h5", "bad.fastq"], 1, sentence)
    bench.accepted("a bad record left out", ["--on-error", "skip", "bad.fastq"], 1, [2], sentence)
    bench.refused("pairs of which bad records are to be left out",
                  ["--on-error", "skip", "-o", "out.h5", "-1", "good.fastq", "-2", "bad.fastq"], 2)
    bench.refused("interleaved reads of which bad records are to be left out",
                  ["--on-error", "skip", "-o", "out.h5", "--interleaved", "bad.fastq"], 2)
    bench.write("old.h5", b"what was there before")
    bench.refused("a bad record, with an output to be replaced",
                  ["--force", "-o", "old.h5", "bad.fastq"], 1, sentence)


def check_outputs(bench):
    bench.write("old.h5", b"what was there before")
    bench.refused("an output that exists", ["-o", "old.h5", "good.fastq"], 2, "old.h5", "--force")
    bench.refused("an output that is a directory", ["-f", "-o", "folder", "good.fastq"], 2,
                  "folder")
    bench.refused("an output that is a device", ["-f", "-o", "/dev/null", "good.fastq"], 2,
                  "/dev/null")
    bench.refused("an output in a directory that does not exist",
                  ["-o", "nowhere/out.h5", "good.fastq"], 2, "nowhere")
    bench.refused("an output in a file", ["-o", "good.fastq/out.h5", "good.fastq"], 2, "good.fastq")
    bench.refused("an output without a name", ["-o", "folder/", "good.fastq"], 2, "folder/")
    bench.refused("an output that is the input", ["-f", "-o", "good.fastq", "good.fastq"], 2,
                  "good.fastq")
    bench.refused("an output that is the input by another path",
                  ["-f", "-o", "folder/../good.fastq", "good.fastq"], 2, "good.fastq")
    os.symlink("good.fastq", bench.directory / "link.fastq")
    bench.refused("an output to which the input is a link",
                  ["-f", "-o", "good.fastq", "link.fastq"], 2, "good.fastq")
    for ending in ("checkpoint", "partial"):
        for each in ("checkpoint", "partial"):
            (bench.directory / f"out.h5.{each}").unlink(missing_ok=True)
        bench.write("anothers", b"another's")
        os.symlink("anothers", bench.directory / f"out.h5.{ending}")
        bench.refused(f"a link in the place of a {ending}",
                      ["--resume", "-o", "out.h5", "good.fastq"], 2, f"out.h5.{ending}", "in the way")
        (bench.directory / f"out.h5.{ending}").unlink()
    bench.refused("an output that is one of several inputs",
                  ["-f", "-o", "good.fastq", "-1", "bad.fastq", "-2", "good.fastq"], 2,
                  "good.fastq")
    (bench.directory / "out.h5").write_bytes(b"what was there before")
    bench.accepted("an output that exists, with --force", ["good.fastq"], 0, [2])


def check_no_records(bench):
    bench.write("empty.fastq", b"")
    bench.write("blank.fastq", b"\n\r\n\n" * 3000)
    bench.accepted("an empty input", ["empty.fastq"], 0, [0], "warning: ", "no records")
    bench.accepted("blank lines alone", ["--slice-size", "64", "blank.fastq"], 0, [0], "warning: ")
    bench.accepted("two empty mates", ["-1", "empty.fastq", "-2", "empty.fastq"], 0, [0, 0],
                   "warning: ")
    bench.accepted("empty interleaved reads", ["--interleaved", "empty.fastq"], 0, [0, 0],
                   "warning: ")
    bench.accepted("an empty lane among others", ["empty.fastq", "good.fastq", "empty.fastq"], 0,
                   [2])


def become_nobody():
    """Root may read and write everything, so permissions are tested as somebody else."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.environ["HOME"] = "/tmp"


def check_permissions(machine):
    """In a process of its own, for it gives up its rights."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        inner = Path(top) / "inner"
        inner.mkdir()
        os.chmod(inner, 0o777)
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        wrong = True
        try:
            become_nobody()
            if not os.access(machine.command, os.X_OK):
                print("not tested: permissions; nobody may not run the command")
                os._exit(0)
            bench = Bench(machine, inner)
            bench.write("good.fastq", GOOD)
            os.chmod(bench.write("secret.fastq", GOOD), 0)
            bench.refused("an unreadable input", ["-o", "out.h5", "secret.fastq"], 3,
                          "secret.fastq")
            (inner / "locked").mkdir(mode=0o555)
            bench.refused("an output directory that is not writable",
                          ["-o", "locked/out.h5", "good.fastq"], 3, "locked", "not writable")
            print(*bench.wrong, sep="\n", end="\n" if bench.wrong else "", flush=True)
            wrong = bool(bench.wrong)
        finally:
            os._exit(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser, many=False)
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(machine, directory)
        for check in (check_inputs, check_bad_data, check_outputs, check_no_records):
            check(bench)
    failures = len(bench.wrong) + (1 if check_permissions(machine) else 0)
    print(*bench.wrong, sep="\n")
    print(f"{bench.runs} runs, {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
