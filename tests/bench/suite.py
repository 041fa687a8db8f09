"""Measures parfastq, what the machine can do at best, and the tools people use instead; called by run.sh.

    suite.py --build BUILD [--bytes N] [--runs N] [--only CONTEST,...] [--dir DIR] [--out DIR] [READS.fastq[.gz] ...]

A contest is a table: all its rows are run in turn, once in each round, so what slows the machine slows all of them
alike. Of each row the medians over the rounds are printed: seconds by the clock and of processor (user and system of
all threads and processes), MB of text a second, largest resident memory of a process, and how many times what the row
in bold takes for as much text. Where mpirun starts ranks, a program that only starts MPI takes its turn, and its time
is taken off. Tools that are not installed are left out and named. Whoever counts reads must find as many as the text
was made of.

Everything lies in a memory file system unless --dir says otherwise. Results go to OUT/bench.md and OUT/bench.json.
"""
import argparse
import datetime
import glob
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import h5py

import reads as texts
from measure import CPUS, SLEEPING, Bench, Row

# ---- how many reads a tool saw: from what it printed, or from the output it made ----


def said(pattern):
    def count(printed, _):
        return int(re.search(pattern, printed)[1].replace(",", ""))

    return count


def lines(printed, _):
    return int(printed.split()[0]) // 4


def of_hdf5(_, out):
    with h5py.File(out) as file:
        return int(file["read1"].attrs["records"])


def of_text(tool):
    def count(_, out):
        with subprocess.Popen([*tool, out], stdout=subprocess.PIPE) as process:
            return int(subprocess.check_output(["wc", "-l"], stdin=process.stdout)) // 4

    return count


def of_bam(_, out):
    return int(subprocess.check_output(["samtools", "view", "-c", out]))


def of_fastp(_, out):
    with open(out) as file:
        return json.load(file)["summary"]["before_filtering"]["total_reads"]


def of_fastqc(_, out):
    (path,) = glob.glob(os.path.join(out, "*.zip"))
    with zipfile.ZipFile(path) as archive:
        (data,) = (name for name in archive.namelist() if name.endswith("fastqc_data.txt"))
        return int(re.search(r"Total Sequences\t(\d+)", archive.read(data).decode())[1])


# ---- the contests ----


class Suite(Bench):
    def stages(self):
        """The parser and the encoders alone, in memory: their programs print tables of their own."""
        for kind in ("illumina 150, binned", "illumina 150, full", "long reads"):
            text = self.text(kind)
            self.say("\n### Stages in memory: %s; in newline counts of as many threads (GB/s), processor time\n" % kind)
            table = {}
            threads = [n for n in (1, 2, 4, 8, 16) if n <= CPUS]
            for n in threads:
                printed = subprocess.check_output(
                    [
                        *SLEEPING,
                        self.bench + "parser",
                        str(min(text.bytes, 10**9)),
                        str(n),
                        str(self.options.runs),
                        "6",
                        text.path,
                    ],
                    text=True,
                )
                for line in printed.splitlines():
                    _, _, name, *_, ratio, speed = line.split("\t")
                    table.setdefault(name, []).append((float(ratio), float(speed)))
            self.say("| threads |" + "".join(" %d |" % n for n in threads))
            self.say("|---|" + "---|" * len(threads))
            for name, cells in table.items():
                self.say("| %s |" % name + "".join(" %.2f (%.1f) |" % cell for cell in cells))
            self.results.append({"contest": "stages", "text": kind, "threads": threads, "rows": table})
            if os.path.exists(self.bench + "codec"):
                self.encoding(kind, text)

    def encoding(self, kind, text):
        self.say("\n### Encoders in memory: %s; one thread, MB/s of the column and part of its bytes\n" % kind)
        file = self.path("columns.h5")
        subprocess.run([self.parfastq, "convert", "-qf", "--compress", "none", "-o", file, text.path], check=True)
        table = {}
        columns = ("sequence", "quality", "name", "offset")
        for column in columns:
            with h5py.File(file) as data, open(self.path("column"), "wb") as raw:
                values = data["read1"][column]
                raw.write(values[: (8 << 20) // values.dtype.itemsize].tobytes())
                size = values.dtype.itemsize
            for line in subprocess.check_output(
                [self.bench + "codec", self.path("column"), str(size)], text=True
            ).splitlines():
                found = re.fullmatch(r"(\S+(?: \d)?) +([\d.]+) +(\d+) +(\d+)", line.strip())
                if found:
                    table.setdefault(found[1], {})[column] = (int(found[3]), float(found[2]))
        self.say("| |" + "".join(" %s |" % column for column in columns))
        self.say("|---|" + "---|" * len(columns))
        for name, cells in table.items():
            self.say(
                "| %s |" % name
                + "".join(" %d (%.3f) |" % cells[column] if column in cells else " - |" for column in columns)
            )
        self.results.append({"contest": "encoders", "text": kind, "rows": table})

    def counting(self):
        for kind in ("illumina 150, binned", "long reads"):
            text = self.text(kind)
            rows = [
                Row("newline count, %d processes" % n, [self.bench + "limits", "lines", text.path, str(n)], text)
                for n in (1, 2)
            ]
            rows.append(Row("read, 2 processes", [self.bench + "limits", "read", text.path, "2"], text))
            for command in ("validate", "stats"):
                count = said(r"validate: (\d+) records") if command == "validate" else said(r"FASTQ\s+DNA\s+([\d,]+)")
                rows += [
                    self.ours(command, text, command, count=count),
                    self.ours("%s, 2 threads" % command, text, command, threads=2, count=count),
                    self.ours("%s, 2 ranks" % command, text, command, ranks=2, count=count),
                ]
            if self.options.static:
                rows += [
                    self.ours(
                        "validate, %s, static HDF5" % way,
                        text,
                        "validate",
                        count=said(r"validate: (\d+) records"),
                        command=self.options.static,
                        **how
                    )
                    for way, how in (("2 threads", {"threads": 2}), ("2 ranks", {"ranks": 2}))
                ]
            rows += self.peers(
                text,
                ("wc -l", ["wc", "-l", text.path], lines),
                ("seqtk fqchk", ["seqtk", "fqchk", text.path], None),
                ("seqtk seq -A", ["seqtk", "seq", "-A", text.path], None),
                ("seqkit stats -j 2", ["seqkit", "stats", "-T", "-j", "2", text.path], said(r"FASTQ\tDNA\t(\d+)")),
            )
            self.contest("Reads and bases: %s" % kind, "newline count, 2 processes", rows)

    def quality(self):
        text, part = self.text("illumina 150, binned"), self.text("illumina 150, binned", self.options.bytes // 8)
        rows = [
            self.ours("validate, 2 threads", text, "validate", threads=2, count=said(r"validate: (\d+) records")),
            self.ours("stats: the table", text, "stats", threads=2, count=said(r"FASTQ\s+DNA\s+([\d,]+)")),
            self.ours(
                "stats: everything",
                text,
                "stats",
                "-f",
                "--json",
                "OUT.json",
                threads=2,
                count=said(r"FASTQ\s+DNA\s+([\d,]+)"),
            ),
            self.ours("stats: everything and HTML", text, "stats", "-f", "--html", "OUT.html", threads=2),
        ]
        rows += self.peers(
            text,
            ("seqkit stats -a -j 2", ["seqkit", "stats", "-a", "-T", "-j", "2", text.path], said(r"FASTQ\tDNA\t(\d+)")),
        )
        rows += self.peers(
            part,
            (
                "fastp -w 2, no filters",
                ["fastp", "-i", part.path, "-A", "-Q", "-L", "-G", "-w", "2", "--json", "OUT", "--html", "/dev/null"],
                of_fastp,
            ),
            ("FastQC -t 2", ["fastqc", "-q", "-t", "2", "--outdir", "OUT", part.path], of_fastqc),
            ("falco -t 2", ["falco", "-t", "2", "--outdir", "OUT", part.path], None),
            (
                "vsearch --fastq_stats",
                ["vsearch", "--fastq_stats", part.path, "--log", "OUT"],
                said(r"Read (\d+) sequences"),
            ),
        )
        self.contest("Quality control", "stats: everything", rows)

    def converting(self):
        for kind in ("illumina 150, binned", "illumina 150, full", "long reads"):
            text = self.text(kind)
            part = self.text(kind, self.options.bytes // 8)
            rows = [
                Row("pwrite, %d processes" % n, [self.bench + "limits", "write", "OUT", str(text.bytes), str(n)], text)
                for n in (1, 2)
            ]
            rows += [
                Row(
                    "read and pwrite, %d processes" % n, [self.bench + "limits", "copy", text.path, "OUT", str(n)], text
                )
                for n in (1, 2)
            ]
            for way in ("none", "fast", "gzip:1"):
                words = ("convert", "--compress", way, "-o", "OUT")
                rows += [
                    self.ours("convert, %s" % way, text, *words, count=of_hdf5),
                    self.ours("convert, %s, 2 threads" % way, text, *words, threads=2, count=of_hdf5),
                    self.ours("convert, %s, 2 ranks" % way, text, *words, ranks=2, count=of_hdf5),
                ]
            rows += self.peers(
                text,
                ("cp", ["cp", text.path, "OUT"], None),
                ("igzip -1", ["igzip", "-1", "-k", "-o", "OUT", text.path], of_text(["gzip", "-dc"])),
                ("igzip -1 -T 2", ["igzip", "-1", "-T", "2", "-k", "-o", "OUT", text.path], None),
            )
            rows += self.peers(
                part,
                ("bgzip -@2", ["sh", "-c", "bgzip -@2 -c %s > OUT" % part.path], of_text(["gzip", "-dc"])),
                ("pigz -p 2", ["sh", "-c", "pigz -p 2 -c %s > OUT" % part.path], None),
                ("gzip -6", ["sh", "-c", "gzip -6 -c %s > OUT" % part.path], None),
                ("zstd -3 -T2", ["zstd", "-q", "-3", "-T2", part.path, "-o", "OUT"], None),
                ("samtools import -@2", ["samtools", "import", "-@2", "-0", part.path, "-o", "OUT"], of_bam),
            )
            loop = os.path.join(os.path.dirname(os.path.abspath(__file__)), "h5py_loop.py")
            few = self.text(kind, min(self.options.bytes // 8, 4 << 20))
            rows += [
                Row("h5py loop, buffered", [sys.executable, loop, "buffer", part.path, "OUT"], part, said(r"(\d+)")),
                Row("h5py loop, flat", [sys.executable, loop, "flat", part.path, "OUT"], part, said(r"(\d+)")),
                Row("h5py loop, appending", [sys.executable, loop, "append", few.path, "OUT"], few, said(r"(\d+)")),
            ]
            self.contest("Converting: %s" % kind, "convert, fast, 2 threads", rows)

    def sizes(self):
        """Real reads, as they are: sizes matter more than times."""
        for path in self.options.reads:
            text = self.real(path, 1)
            rows = [
                self.ours(
                    "convert, %s" % " ".join(way) if way else "convert",
                    text,
                    "convert",
                    *way,
                    "-o",
                    "OUT",
                    threads=2,
                    count=of_hdf5
                )
                for way in ((), ("--compress", "gzip:6"), ("--quality", "bin8"), ("--columns", "sequence,quality"))
            ]
            rows += self.peers(
                text,
                *(
                    (" ".join(words), ["sh", "-c", "%s -c %s > OUT" % (" ".join(words), text.path)], None)
                    for words in (["bgzip", "-@2"], ["gzip", "-6"], ["zstd", "-q", "-3", "-T2"], ["igzip", "-1"])
                )
            )
            self.contest("Sizes: %s" % os.path.basename(path), rows[0].name, rows)
            if self.there("zstd"):
                self.two_bits(path, text)

    def two_bits(self, path, text):
        """What the layout of BINSEQ's columns takes, computed: 2 bits a base (an N costs more there, and nothing here),
        qualities and names by zstd."""
        file = self.path("columns.h5")
        subprocess.run([self.parfastq, "convert", "-qf", "--compress", "none", "-o", file, text.path], check=True)
        with h5py.File(file) as data:
            columns = {name: data["read1"][name][:].tobytes() for name in ("sequence", "quality", "name")}
        size = len(columns["sequence"]) / 4
        for name in ("quality", "name"):
            size += len(
                subprocess.run(["zstd", "-3", "-c"], input=columns[name], stdout=subprocess.PIPE, check=True).stdout
            )
        self.say("\n2 bits a base, qualities and names by zstd -3, computed: %.1f MB." % (size / 1e6))
        self.results.append({"contest": "two bits", "text": os.path.basename(path), "megabytes": size / 1e6})

    def inflating(self):
        kind = "illumina 150, binned"
        source = (
            self.real(self.options.reads[0], self.options.bytes // 4)
            if self.options.reads
            else self.text(kind, self.options.bytes // 4)
        )
        one = self.compressed(source, "one", ["gzip", "-6"])
        count = said(r"validate: (\d+) records")
        indexed = self.indexed(one)
        rows = [
            self.ours("validate, serial, 2 threads", one, "validate", "--inflate", "serial", threads=2, count=count),
            self.ours(
                "validate, parallel, 2 threads", one, "validate", "--inflate", "parallel", threads=2, count=count
            ),
            self.ours("validate, parallel, 2 ranks", one, "validate", "--inflate", "parallel", ranks=2, count=count),
            self.ours("validate, by an index, 1 thread", indexed, "validate", threads=1, count=count),
            self.ours("validate, by an index, 2 threads", indexed, "validate", threads=2, count=count),
            self.ours("validate, by an index, 2 ranks", indexed, "validate", ranks=2, count=count),
        ]
        rows += self.peers(
            one,
            *(
                (" ".join(words), [*words, one.path], None)
                for words in (["igzip", "-dc"], ["gzip", "-dc"], ["pigz", "-dc"], ["rapidgzip", "-dc"])
            )
        )
        if self.there("igzip"):
            self.contest("Inflating one member of gzip -6", "igzip -dc", rows)
        if self.there("bgzip"):
            source = self.real(self.options.reads[0], self.options.bytes) if self.options.reads else self.text(kind)
            blocks = self.compressed(source, "blocks", ["bgzip", "-@2"])
            rows = [
                Row("libdeflate alone, 2 processes", [self.bench + "limits", "blocks", blocks.path, "2"], blocks),
                self.ours("validate, 2 threads", blocks, "validate", threads=2, count=count),
                self.ours("validate, 2 ranks", blocks, "validate", ranks=2, count=count),
                self.ours("convert, 2 threads", blocks, "convert", "-o", "OUT", threads=2, count=of_hdf5),
                Row("bgzip -@2 -dc", ["bgzip", "-@2", "-dc", blocks.path], blocks),
            ]
            self.contest("Inflating BGZF", "libdeflate alone, 2 processes", rows)
        program = self.bench + "inflate"
        if os.path.exists(program):
            self.say("\n### The inflaters alone, in memory, one thread\n\n```")
            self.say(
                subprocess.check_output([program, one.path, str(4 << 20), str(self.options.runs)], text=True).rstrip()
            )
            self.say("```")

    def growing(self):
        """Cost for each byte from 1 MB on, memory, ranks and threads; starting up."""
        kind = "illumina 150, binned"
        for command, words in (("validate", ()), ("convert", ("-o", "OUT"))):
            sizes = [size for size in (10**6, 10**7, 10**8) if size < self.options.bytes] + [self.options.bytes]
            rows = [
                self.ours("%s, %.0f MB" % (command, size / 1e6), self.text(kind, size), command, *words)
                for size in sizes
            ]
            self.contest("Cost by size: %s" % command, rows[-1].name, rows)
        for command, words in (("validate", ()), ("stats", ()), ("convert", ("-o", "OUT"))):
            rows = []
            for ranks in (1, 2, 4, 8, 16):
                for threads in (1, 2, 4, 8, 16):
                    if ranks * threads <= CPUS:
                        rows.append(
                            self.ours(
                                "%d ranks x %d threads" % (ranks, threads),
                                self.text(kind),
                                command,
                                *words,
                                ranks=ranks,
                                threads=threads
                            )
                        )
            self.contest("Strong scaling: %s" % command, rows[0].name, rows)
            rows = [
                self.ours(
                    "%d ranks, %.0f MB" % (ranks, ranks * self.options.bytes / CPUS / 1e6),
                    self.text(kind, ranks * (self.options.bytes // CPUS)),
                    command,
                    *words,
                    ranks=ranks
                )
                for ranks in (1, 2, 4, 8, 16)
                if ranks <= CPUS
            ]
            self.contest("Weak scaling: %s" % command, rows[0].name, rows)

    def starting(self):
        small = self.text("illumina 150, binned", 10**6)
        rows = [
            self.ours("%s, 1 MB%s" % (words[0], ", %d ranks" % ranks if ranks else ""), small, *words, ranks=ranks)
            for ranks in (0, 1, 2)
            for words in (("validate",), ("stats",), ("convert", "-o", "OUT"))
        ]
        if self.options.static:
            rows.append(self.ours("validate, 1 MB, static HDF5", small, "validate", command=self.options.static))
        rows += self.peers(small, ("seqkit stats", ["seqkit", "stats", small.path], None))
        self.contest("Starting", "validate, 1 MB", rows)

    def looking_up(self):
        """Names found by the index: a program of its own prints microseconds a name, by the clock and of processor."""
        # No more than is made anew: what is repeated would have many rows for each name.
        text = self.text("illumina 150, binned", min(self.options.bytes, texts.BLOCK_BYTES))
        file = self.path("indexed.h5")
        subprocess.run([self.parfastq, "convert", "-qf", "--index-names", "-o", file, text.path], check=True)
        names = min(text.reads, 10**6)
        self.say(
            "\n### Look-ups: %d names of %d reads\n\n| threads | us a name | of processor |\n|---|---|---|"
            % (names, text.reads)
        )
        for threads in (1, 2):
            if threads <= CPUS:
                command = [self.bench + "lookup", file, str(names), str(threads), str(self.options.runs)]
                wall, cpu = map(float, subprocess.check_output(command, text=True).split())
                self.say("| %d | %.2f | %.2f |" % (threads, wall, cpu))
                self.results.append(
                    {"contest": "look-ups", "threads": threads, "microseconds": wall, "of_processor": cpu}
                )

    CONTESTS = (
        "stages",
        "counting",
        "quality",
        "converting",
        "sizes",
        "inflating",
        "growing",
        "starting",
        "looking_up",
    )


VERSIONS = {
    "seqkit": "version",
    "fastp": "--version",
    "bgzip": "--version",
    "igzip": "--version",
    "pigz": "--version",
    "zstd": "--version",
    "samtools": "--version",
    "fastqc": "--version",
    "vsearch": "--version",
    "mpirun": "--version",
    "falco": "--version",
    "rapidgzip": "--version",
}


def version(tool, word):
    ran = subprocess.run([tool, word], capture_output=True, encoding="utf-8", errors="replace")
    found = re.search(r"\d+\.\d+[\w.]*", ran.stdout + ran.stderr)
    return "%s %s" % (tool, found[0] if found else "?")


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return "%d x %s, %s %s" % (CPUS, model[1] if model else platform.machine(), platform.system(), platform.release())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--static", help="the command once more, built with a static HDF5")
    parser.add_argument("--mpiexec", default="mpirun")
    parser.add_argument("--bytes", type=lambda word: int(float(word)), default=10**9)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default=",".join(Suite.CONTESTS))
    parser.add_argument("--dir", default="/dev/shm")
    parser.add_argument("--out", default=".")
    parser.add_argument("reads", nargs="*")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    with tempfile.TemporaryDirectory(prefix="parfastq-bench.", dir=options.dir) as folder:
        suite = Suite(options, folder)
        suite.say("%s; %s" % (machine(), datetime.date.today()))
        suite.say(
            "%d runs; %s; %s"
            % (
                options.runs,
                subprocess.check_output([suite.parfastq, "version"], text=True).strip(),
                ", ".join(version(tool, word) for tool, word in VERSIONS.items() if shutil.which(tool)),
            )
        )
        load = os.getloadavg()[0]
        suite.say("Load when it began: %.1f" % load)
        for name in options.only.split(","):
            getattr(suite, name)()
        if suite.missing:
            suite.say("\nNot installed: %s" % ", ".join(sorted(suite.missing)))
    with open(os.path.join(options.out, "bench.md"), "w") as file:
        file.write("\n".join(suite.page) + "\n")
    with open(os.path.join(options.out, "bench.json"), "w") as file:
        json.dump(
            {"machine": machine(), "date": str(datetime.date.today()), "load": load, "contests": suite.results},
            file,
            indent=1,
        )


if __name__ == "__main__":
    main()
