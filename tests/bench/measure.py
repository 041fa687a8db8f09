"""What is measured, how a command is run and timed, and how a table is printed. Used by suite.py."""
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

import reads as texts

CPUS = os.cpu_count()
# Threads as the command has them; those that spin between loops are counted as if they worked, and keep ranks waiting.
SLEEPING = ["env", "OMP_WAIT_POLICY=passive"]


class Row:
    """A command of a contest. `text` is the Text it reads, `count` says how many reads it saw, from what it printed;
    `ranks` that mpirun starts, whose own time is taken off."""

    def __init__(self, name, command, text, count=None, ranks=0):
        self.name, self.command, self.text, self.count, self.ranks = name, command, text, count, ranks
        self.start = None
        self.wall, self.cpu, self.peak, self.size = [], [], 0, 0

    def medians(self):
        """Seconds by the clock and of processor, without those in which mpirun and MPI start."""
        start = self.start.medians() if self.start else (0, 0)
        return tuple(max(statistics.median(taken) - less, 1e-4) for taken, less in zip((self.wall, self.cpu), start))

    def figures(self, reference):
        wall, cpu = self.medians()
        whole = [seconds * self.text.bytes / reference.text.bytes for seconds in reference.medians()]
        return {
            "name": self.name,
            "text_bytes": self.text.bytes,
            "seconds": wall,
            "processor_seconds": cpu,
            "megabytes_per_second": self.text.bytes / 1e6 / wall,
            "peak_megabytes": self.peak / 1e3,
            "output_megabytes": self.size / 1e6,
            "all_seconds": self.wall,
            "all_processor_seconds": self.cpu,
            "times": wall / whole[0],
            "processor_times": cpu / whole[1],
        }


class Text:
    """A file, and the bytes and reads of the text in it."""

    def __init__(self, path, reads, size=None):
        self.path, self.reads = path, reads
        self.bytes = size or os.path.getsize(path)


# ---- running ----


class Bench:
    """The programs, the texts made so far, and what has been found."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.parfastq = os.path.join(options.build, "parfastq")
        self.bench = os.path.join(options.build, "tests", "bench", "bench_")
        self.results, self.missing, self.made = [], set(), {}
        self.page = []

    def say(self, line=""):
        print(line, flush=True)
        self.page.append(line)

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, kind, size=None):
        """A text of a kind, made when it is first asked for."""
        size = size or self.options.bytes
        if (kind, size) not in self.made:
            path = self.path("%s.%d.fastq" % (re.sub(r"\W+", "_", kind), size))
            self.made[kind, size] = Text(path, texts.make(path, kind, size))
        return self.made[kind, size]

    def real(self, path, size):
        """A file of the user's, over and over."""
        if (path, size) not in self.made:
            opener = gzip.open if path.endswith(".gz") else open
            with opener(path, "rb") as file:
                block = file.read()
            copy = self.path("%s.%d.fastq" % (os.path.basename(path).split(".")[0], size))
            self.made[path, size] = Text(copy, block.count(b"\n") // 4 * texts.repeat(copy, block, size))
        return self.made[path, size]

    def compressed(self, text, name, command):
        """`text` as a tool compresses it: a Text as long as what is in it."""
        if (text, name) not in self.made:
            path = "%s.%s.gz" % (text.path, name)
            with open(path, "wb") as out:
                subprocess.run([*command, "-c", text.path], stdout=out, check=True)
            self.made[text, name] = Text(path, text.reads, text.bytes)
        return self.made[text, name]

    def indexed(self, text):
        """A gzip file again under another name, where our index of it lies beside it."""
        if (text, "indexed") not in self.made:
            path = text.path[: -len(".gz")] + ".indexed.gz"
            os.link(text.path, path)
            subprocess.run([self.parfastq, "validate", "-q", "--index", path], check=True)
            self.made[text, "indexed"] = Text(path, text.reads, text.bytes)
        return self.made[text, "indexed"]

    def ours(self, name, text, *words, ranks=0, threads=1, count=None, command=None):
        """Our command, or that one, by itself if there are no ranks; as the scripts of jobs/ start it if there are."""
        start = [*SLEEPING, self.options.mpiexec, "-n", str(ranks)] if ranks else []
        return Row(
            name,
            [*start, command or self.parfastq, words[0], "-t", str(threads), *words[1:], text.path],
            text,
            count,
            ranks,
        )

    def there(self, command):
        """Whether there is such a command."""
        if shutil.which(command):
            return True
        self.missing.add(command)
        return False

    def once(self, row):
        out = self.path("out")
        shutil.rmtree(out, ignore_errors=True)
        if os.path.exists(out):
            os.remove(out)
        if "--outdir" in row.command:
            os.mkdir(out)
        command = [word.replace("OUT", out) for word in row.command]
        # A process forked from this one counts the memory of this one, one forked from `time` does not.
        timed = ["time", "-o", self.path("peak"), "-f", "%M", *command]
        with open(self.path("printed"), "wb") as printed:
            begin = time.monotonic()
            process = subprocess.Popen(timed, stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
        with open(self.path("printed"), encoding="utf-8", errors="replace") as printed:
            said_ = printed.read(1 << 20)
        if process.returncode != 0:
            sys.exit("%s failed with %d: %s" % (" ".join(command), process.returncode, said_))
        row.wall.append(wall)
        row.cpu.append(usage.ru_utime + usage.ru_stime)
        with open(self.path("peak")) as peak:
            row.peak = max(row.peak, int(peak.read()))
        row.size = os.path.getsize(out) if os.path.isfile(out) else 0
        if row.count and len(row.wall) == 1:
            reads = row.count(said_, out)
            if reads != row.text.reads:
                sys.exit("%s: %d reads, where there are %d" % (" ".join(command), reads, row.text.reads))

    def contest(self, title, reference, rows):
        """Runs the rows in turn and prints their table; `reference` is the name of the row to compare with."""
        starts = {
            ranks: Row(
                "MPI alone, %d ranks" % ranks,
                [self.options.mpiexec, "-n", str(ranks), self.bench + "start"],
                rows[0].text,
            )
            for ranks in sorted({row.ranks for row in rows} - {0})
        }
        for row in rows:
            row.start = starts.get(row.ranks)
        for _ in range(self.options.runs):
            for row in (*starts.values(), *rows):
                self.once(row)
        (fixed,) = (row for row in rows if row.name == reference)
        figures = [row.figures(fixed) for row in rows]
        figures_of_starts = {ranks: start.medians() for ranks, start in starts.items()}
        self.results.append({"contest": title, "reference": reference, "rows": figures, "starts": figures_of_starts})
        self.say("\n### %s\n" % title)
        sizes = any(row.size for row in rows)
        self.say(
            "| | times | of processor | seconds | of processor | MB/s of text | peak MB |"
            + (" MB out |" if sizes else "")
        )
        self.say("|---|---|---|---|---|---|---|" + ("---|" if sizes else ""))
        for row, figure in zip(rows, figures):
            name = "**%s**" % row.name if row is fixed else row.name
            self.say(
                "| %s | %.2f | %.2f | %.3f | %.3f | %.0f | %.0f |"
                % (
                    name,
                    figure["times"],
                    figure["processor_times"],
                    figure["seconds"],
                    figure["processor_seconds"],
                    figure["megabytes_per_second"],
                    figure["peak_megabytes"],
                )
                + (" %.1f |" % figure["output_megabytes"] if sizes else "")
            )
        for ranks, (wall, _) in figures_of_starts.items():
            self.say(
                "\nTaken off where there are %d ranks: %.3f s, in which mpirun starts them and MPI." % (ranks, wall)
            )

    def peers(self, text, *rows):
        """Rows of the tools that are there, of (name, command, count)."""
        return [Row(name, command, text, count) for name, command, count in rows if self.there(command[0])]
