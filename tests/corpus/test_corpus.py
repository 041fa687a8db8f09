#!/usr/bin/env python3
"""Test files of other projects convert with the right counts, or are refused in the right place.

    test_corpus.py --command PARFASTQ --corpus DIRECTORY [--mpiexec MPIRUN] [--only TEXT]

DIRECTORY holds the files and TRUTH.tsv, which says of each what several independent readers
agreed on. A good file must convert, show its numbers of records and bases to h5py, and come back
from `export` byte for byte; a bad one must end with exit code 1 and leave no file, and the message
must name the line and the record. Where good tools disagree, DISPUTED says what parfastq answers,
and why. Larger files are converted once more by three ranks in small slices, to the same datasets;
bad files are refused by three ranks in the same words. A wrapped file must be refused with a hint
at --multiline, and with that option give the reads that the reader of tests/errors finds; a file of
four lines a record must be the same with it and without. Exit code 77: the corpus or h5py is absent.
"""

import argparse
import bz2
import csv
import gzip
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "errors"))
import reference

SKIPPED = 77
TIMEOUT_SECONDS = 60
RANKS = 3
# A process without a launcher starts much faster if Open MPI looks for nobody else; and two that
# start at the same moment must not make the same session directory.
ALONE = {"OMPI_MCA_ess_singleton_isolated": "1", "OMPI_MCA_orte_create_session_dirs": "0",
         "OMPI_MCA_btl": "self", "OMPI_MCA_pml": "ob1"}
RECORDS_FOR_RANKS = 100

# What a file deserves. verdict: "accept", "warn" (accept, and say something), "refuse", "wrapped"
# (refuse, but with --multiline accept) or "skip".
# line and record are counted from 1; None: any.
Answer = namedtuple("Answer", "verdict line record", defaults=(None, None))

# Words of the note, the answer to files that good tools disagree about, and its reason.
DISPUTED = [
    (r"blank line\(s\) after the last record", "accept", "nothing is lost: export gives them back"),
    (r"\+ line text differs from header", "refuse", "two records may have been mixed up"),
    (r"blank line inside a record", "refuse", "a record is four lines, blank ones included"),
    (r"blank lines before/between records", "refuse", "nothing says that a record was not lost there"),
    (r"colour space", "refuse", "one base more than qualities"),
    (r"qualities are numbers", "refuse", "a line of numbers is not as long as its bases"),
    (r"no records \(0 bytes", "warn", "an empty lane is legal, and rarely wanted"),
    (r"non-letter in sequence", "refuse", "a digit or '_' is no base"),
    (r"mean_len=0\.0 .*no qualities", "accept", "one read of length 0, as trimmers leave it"),
    (r"wrapped in", "wrapped", "four lines are a record, unless --multiline says otherwise"),
]


def place_in(note):
    """Line and record the note gives, both counted from 1, or None and None."""
    found = re.search(r"record (\d+) line (\d+)", note)
    return (int(found.group(2)), int(found.group(1)) + 1) if found else (None, None)


def first_other_plus(text):
    """Line and record of the first '+' line that repeats another name than its header's."""
    lines = text.split(b"\n")
    for i in range(2, len(lines), 4):
        plus = lines[i].rstrip(b"\r")[1:]
        if plus and plus != lines[i - 2].rstrip(b"\r")[1:]:
            return i + 1, i // 4 + 1
    raise ValueError("no '+' line repeats another name")


def answer_for(row, text):
    if row["valid"] == "yes":
        return Answer("accept")
    if "compressed stream broken" in row["note"]:
        return Answer("skip")
    if row["valid"] in ("no", "multiline"):
        verdict = "wrapped" if row["valid"] == "multiline" else "refuse"
        return Answer(verdict, *place_in(row["note"]))
    for words, verdict, _ in DISPUTED:
        if re.search(words, row["note"]):
            if "differs from header" in words:
                return Answer(verdict, *first_other_plus(text))
            return Answer(verdict, *(place_in(row["note"]) if verdict in ("refuse", "wrapped")
                                       else ()))
    raise ValueError("disputed, and no row of DISPUTED answers it")


def plain_text(path, compressed):
    """The text of a file; None if its compression is broken."""
    data = path.read_bytes()
    try:
        if compressed.startswith(("gzip", "bgzf")):
            return gzip.decompress(data)
        return bz2.decompress(data) if compressed == "bzip2" else data
    except (EOFError, OSError, ValueError):
        return None


class Trial:
    """One file of the corpus in a directory of its own; `wrong` collects what is amiss."""

    def __init__(self, row, text, command, launch, directory):
        self.row, self.text, self.command, self.launch = row, text, command, launch
        self.directory = Path(directory)
        self.input = self.directory / "reads.fastq"
        self.input.write_bytes(text)
        self.wrong = []

    def hold(self, condition, sentence):
        if not condition:
            self.wrong.append(sentence)
        return condition

    def run(self, launch, *arguments):
        """Exit code and stderr; a command that does not end is a failure of its own."""
        environment = os.environ if launch else {**os.environ, **ALONE}
        try:
            done = subprocess.run([*launch, self.command, *arguments], cwd=self.directory,
                                  env=environment, capture_output=True, timeout=TIMEOUT_SECONDS)
            return done.returncode, done.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired:
            return None, f"no end after {TIMEOUT_SECONDS} s"

    def convert(self, output, *options, launch=()):
        return self.run(launch, "convert", "--no-progress", *options, "-o", output,
                        self.input.name)

    def read(self, output):
        """The datasets of /read1 and its attributes, as h5py shows them."""
        import h5py
        with h5py.File(self.directory / output) as file:
            mate = file["read1"]
            return ({name: mate[name][:].tobytes() for name in mate
                     if isinstance(mate[name], h5py.Dataset)}, dict(mate.attrs),
                    int(mate["offset"][-1]), len(mate["offset"]) - 1)

    def check_counts(self):
        _, attributes, bases, records = self.read("one.h5")
        want = int(self.row["records"]), int(self.row["bases"])
        self.hold((records, bases) == want, f"{records} records, {bases} bases, not {want}")
        stated = int(attributes["records"]), int(attributes["bases"])
        self.hold(stated == want, f"attributes say {stated}, not {want}")

    def check_export(self, output, text):
        """text: what must come back; None: of lines that are not of one width, the same reads."""
        code, said = self.run((), "export", "-f", "-o", "again.fastq", output)
        if not self.hold(code == 0, f"export: exit code {code}: {said}"):
            return
        again = (self.directory / "again.fastq").read_bytes()
        if text is not None:
            self.hold(again == text, "export does not give the same bytes back")
            return
        reads = [[(record.name, record.bases, record.quality) for record in reading.records]
                 for reading in (reference.read(again), reference.read(self.text, multiline=True))]
        self.hold(reads[0] == reads[1], "export does not give the same reads in four lines each")

    def check_ranks(self):
        code, said = self.convert("many.h5", "-q", "--slice-size", "4k", launch=self.launch)
        if self.hold(code == 0, f"{RANKS} ranks: exit code {code}: {said}"):
            self.hold(self.read("many.h5")[0] == self.read("one.h5")[0],
                      f"{RANKS} ranks make other datasets than one")

    def check_multiline(self):
        """With --multiline: the reads of the reference reader, with one rank and with several."""
        want = reference.read(self.text, multiline=True)
        width = reference.line_width(want.records)
        code, said = self.convert("lines.h5", "-q", "--multiline")
        if not self.hold(code == 0 and not want.faults,
                         f"--multiline: exit code {code}: {said}; reference: {want.faults[:1]}"):
            return
        datasets, attributes, bases, records = self.read("lines.h5")
        counts = int(self.row["records"]), int(self.row["bases"])
        self.hold((records, bases) == counts, f"{records} records, {bases} bases, not {counts}")
        for name, part in (("sequence", "bases"), ("name", "name"), ("quality", "quality")):
            text = b"".join(getattr(record, part) for record in want.records)
            if name == "quality":
                text = bytes(byte - 33 for byte in text)
            self.hold(datasets[name] == text, f"--multiline: other {name}")
        self.hold(int(attributes["line_width"]) == width, f"line_width is not {width}")
        self.check_export("lines.h5", self.text if width else None)
        if self.launch:
            code, said = self.convert("lines3.h5", "-q", "--multiline", "--slice-size", "200",
                                      "--chunk-size", "100", launch=self.launch)
            self.hold(code == 0 and self.read("lines3.h5")[0] == datasets,
                      f"--multiline: {RANKS} ranks: exit code {code}, or other datasets: {said}")

    def check_same_with_multiline(self):
        code, said = self.convert("lines.h5", "-q", "--multiline")
        if self.hold(code == 0, f"--multiline: exit code {code}: {said}"):
            self.hold(self.read("lines.h5")[0] == self.read("one.h5")[0],
                      "--multiline makes other datasets of four-line records")

    def check_accepted(self, warns):
        code, said = self.convert("one.h5", *([] if warns else ["-q"]))
        if not self.hold(code == 0, f"exit code {code}: {said}"):
            return
        self.hold("warning: " in said if warns else not said, f"on stderr: {said!r}")
        self.check_counts()
        self.check_export("one.h5", self.text)
        if not warns:
            self.check_same_with_multiline()
        if self.launch and int(self.row["records"]) >= RECORDS_FOR_RANKS:
            self.check_ranks()

    def check_refused(self, line, record, hint=""):
        code, said = self.convert("one.h5", "-q")
        self.hold(hint in said, f"said {said!r}, without {hint!r}")
        self.hold(code == 1, f"exit code {code}, not 1: {said}")
        want = f"parfastq: {self.input.name}:" + (f"{line}: record {record}, byte " if line else "")
        self.hold(said.startswith(want), f"said {said!r}, which does not begin with {want!r}")
        if self.launch:
            code, said_by_ranks = self.convert("one.h5", "-q", "--slice-size", "1k",
                                               launch=self.launch)
            self.hold(code == 1, f"{RANKS} ranks: exit code {code}, not 1: {said_by_ranks}")
            self.hold(said.strip() and said.strip().split("\n")[0] in said_by_ranks,
                      f"{RANKS} ranks say {said_by_ranks!r}, one says {said!r}")
        left = sorted(path.name for path in self.directory.iterdir() if path != self.input)
        self.hold(not left, f"left behind: {left}")


def try_file(row, arguments, launch):
    """(verdict, sentences about what is wrong) for one row of TRUTH.tsv."""
    text = plain_text(arguments.corpus / row["path"], row["compressed"])
    if text is None and "compressed stream broken" not in row["note"]:
        return "skip", ["the compressed file cannot be read, and TRUTH.tsv does not say so"]
    answer = answer_for(row, text)
    if answer.verdict == "skip":
        return "skip", []
    with tempfile.TemporaryDirectory() as directory:
        trial = Trial(row, text, arguments.command, launch, directory)
        if answer.verdict == "refuse":
            trial.check_refused(answer.line, answer.record)
        elif answer.verdict == "wrapped":
            in_bases = row["note"].find("length_mismatch") < 0
            trial.check_refused(answer.line, answer.record, "--multiline" if in_bases else "")
            trial.check_multiline()
        else:
            trial.check_accepted(answer.verdict == "warn")
        return answer.verdict, trial.wrong


def try_file_safely(row, arguments, launch):
    try:
        return try_file(row, arguments, launch)
    except Exception as problem:  # one odd file must not hide the answers to the others
        return "failed", [f"{type(problem).__name__}: {problem}"]


def reason_to_skip(corpus):
    if not (corpus / "TRUTH.tsv").is_file():
        return f"there is no corpus at {corpus}"
    try:
        import h5py  # noqa: F401
    except ImportError:
        return f"{sys.executable} has no h5py"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--mpiexec", help="starts ranks; without it one process does everything")
    parser.add_argument("--only", default="", help="paths that contain this text")
    arguments = parser.parse_args()
    reason = reason_to_skip(arguments.corpus)
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED

    launch = [arguments.mpiexec, "-n", str(RANKS)] if arguments.mpiexec else []
    with open(arguments.corpus / "TRUTH.tsv", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if arguments.only in row["path"]]
    with ThreadPoolExecutor(2 * len(os.sched_getaffinity(0))) as pool:  # a launcher mostly waits
        results = list(pool.map(lambda row: try_file_safely(row, arguments, launch), rows))

    failed = 0
    for row, (_, wrong) in zip(rows, results):
        failed += bool(wrong)
        for sentence in wrong:
            print(f"{row['path']} ({row['valid']}): {sentence}")
    counts = Counter(verdict for verdict, _ in results)
    summary = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items()))
    print(f"{len(rows)} files: {summary}; {failed} with a wrong answer."
          " Skipped are broken compressed streams.")
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
