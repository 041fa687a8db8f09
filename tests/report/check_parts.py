#!/usr/bin/env python3
"""Tiles, long reads, sequences that many share, filters and old encodings are in the JSON, in FastQC's text and on the
page what they were made to be.

    check_parts.py PARFASTQ

check_statistics.py counts everything once more, in files from anywhere, and takes a minute; the files
here are made so that the answer is known.
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from wrong import conclude, expect, wrong

LEVELS = {1101: 40, 1102: 30, 2203: 20}  # the score of all bases of a tile


def near(what, got, want, part):
    if abs(got - want) > part * want:
        wrong(f"{what}: {got}, not about {want}")


class Bench:
    def __init__(self, program, directory):
        self.program, self.directory = program, directory

    def write(self, name, records, offset=33):
        """Records are (name, sequence, scores)."""
        path = self.directory / name
        path.write_text("".join(f"@{n}\n{s}\n+\n{''.join(chr(q + offset) for q in scores)}\n"
                                for n, s, scores in records))
        return path

    def run(self, *words):
        ended = subprocess.run([self.program, *map(str, words)], cwd=self.directory,
                               capture_output=True, text=True, timeout=120)
        expect(f"{words}", ended.returncode, 0)
        return ended.stdout + ended.stderr

    def stats(self, path, *words):
        """What is said of the first input, FastQC's text, and the page."""
        self.run("stats", "-q", "-f", "-t", "2", "--json", "qc.json", "--html", "qc.html", "--fastqc",
                 "qc", *words, path)
        texts = sorted((self.directory / "qc").glob(f"{path.stem}*fastqc/fastqc_data.txt"))
        return (json.loads((self.directory / "qc.json").read_text())["inputs"][0],
                texts[0].read_text(), (self.directory / "qc.html").read_text())


def module(text, title):
    """The rows of a module of FastQC's text."""
    lines = text.split(f">>{title}\t")[1].split(">>END_MODULE")[0].split("\n")[1:]
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def bases(rng, n):
    return "".join(rng.choices("ACGT", k=n))


def check_tiles(bench, rng):
    records = [(f"I:1:F:1:{tile}:{i}:1", bases(rng, 60), [score] * 60)
               for i in range(50) for tile, score in LEVELS.items()]
    data, text, page = bench.stats(bench.write("tiles.fastq", records))
    mean = sum(LEVELS.values()) / len(LEVELS)
    expect("tiles", {tile["tile"]: set(tile["quality_difference"]) for tile in data["tiles"]},
           {tile: {score - mean} for tile, score in LEVELS.items()})
    rows = module(text, "Per tile sequence quality")
    expect("FastQC's tiles", {(int(row[0]), float(row[2])) for row in rows},
           {(tile, score - mean) for tile, score in LEVELS.items()})
    expect("all groups of all tiles", len(rows), len(data["groups"]) * len(LEVELS))
    chart = page.split('aria-label="quality by tile"')
    expect("a map of tiles", len(chart), 2)


def check_long_reads(bench, rng):
    lengths = [1000, 1001, 2500, 30000, 30000]
    records = [(f"r{i}", bases(rng, n), [12] * n) for i, n in enumerate([999, *lengths])]
    data, _, page = bench.stats(bench.write("long.fastq", records))
    expect("long reads", sum(row["reads"] for row in data["long_reads"]), len(lengths))
    expect("their scores", {row["quality_of_mean_error"] for row in data["long_reads"]}, {12})
    edges = [row["length_from"] for row in data["long_reads"] for _ in range(row["reads"])]
    expect("their classes", [edge <= n < 2 * edge for edge, n in zip(edges, lengths)], [True] * 5)
    expect("a chart of them", "long reads by length and quality" in page, True)


def check_shared(bench, rng):
    """More different sequences than are counted one by one."""
    often, adapter = bases(rng, 50), "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAGATCGGAAGAGCACACG"
    sequences = [bases(rng, 50) for _ in range(70000)] + [often] * 3000 + [adapter] * 1000
    rng.shuffle(sequences)
    data, text, _ = bench.stats(
        bench.write("many.fastq", [(f"r{i}", s, [37] * 50) for i, s in enumerate(sequences)]))
    duplication, shared = data["duplication"], data["overrepresented"]
    expect("all counted", duplication["exact"], False)
    near("different ones", duplication["distinct"], 70002, 0.05)
    near("registers", duplication["distinct_hyperloglog"], 70002, 0.05)
    expect("those of many", [row["sequence"] for row in shared], [often, adapter])
    for row, count in zip(shared, (3000, 1000)):
        near("reads of one", row["reads"], count, 0.25)
    expect("where one is from", [row["source"] == "No Hit" for row in shared], [True, False])
    near("of one read", duplication["percent_by_level"]["1"], 100 * 70000 / 74000, 0.05)
    expect("FastQC's sequences",
           [row[0] for row in module(text, "Overrepresented sequences")], [often, adapter])


def check_filters(bench, rng):
    rows = [("short", 30, 40, 0), ("bad", 60, 5, 0), ("unknown", 60, 40, 3), ("good", 60, 40, 0),
            ("long", 90, 40, 0)]
    records = [(f"{name}{i}", "N" * n + bases(rng, length - n), [score] * length)
               for i in range(7) for name, length, score, n in rows]
    path = bench.write("filters.fastq", records)
    words = ("--min-length", 40, "--max-length", 80, "--max-n", 2, "--min-mean-quality", 20,
             "--min-error-quality", 10, "--head", 34, "--seed", 3, "--sample", "0.999999")
    data, _, page = bench.stats(path, *words)
    want = {"reads_before": 35, "reads_after": 7, "dropped_min_length": 7, "dropped_max_length": 6,
            "dropped_max_n": 7, "dropped_min_mean_quality": 7}
    found = data["filter"]
    expect("filters", {name: found.get(name) for name in want if name != "reads_before"},
           {name: n for name, n in want.items() if name != "reads_before"})
    expect("settings", {name: found["settings"].get(name) for name in
                        ("head", "min_length", "max_length", "max_n", "min_mean_quality", "seed")},
           {"head": 34, "min_length": 40, "max_length": 80, "max_n": 2, "min_mean_quality": 20,
            "seed": 3})
    expect("the chance of a read", round(found["settings"]["sample_fraction"], 6), 0.999999)
    expect("what is left", (data["after"]["reads"], data["after"]["length"]["max"]), (7, 60))
    expect("on the page", "too short" in page and "too long" in page, True)
    table = bench.run("filter", "-f", "--min-length", 40, "--trim-adapters", "-o", "kept.fastq", path)
    line = [line.split() for line in table.splitlines() if "too short" in line]
    expect("on the terminal", [row[-2:] for row in line], [["7", "20.00"]])


def check_encodings(bench, rng):
    for name, offset, low, title in (("illumina1.3", 64, 2, "Illumina 1.5"),
                                     ("solexa", 64, -5, "Solexa"),
                                     ("sanger", 33, 2, "Sanger / Illumina 1.9")):
        records = [(f"r{i}", bases(rng, 40), [low] * 10 + [40] * 30) for i in range(20)]
        path = bench.write(f"{name}.fastq", records, offset)
        data, text, _ = bench.stats(path, "--quality-encoding", name)
        expect(f"{name} in JSON", data["quality_encoding"]["name"], name)
        expect(f"{name} as FastQC says", f"\nEncoding\t{title}\n" in text, True)


def main():
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(sys.argv[1], Path(directory))
        for check in (check_tiles, check_long_reads, check_shared, check_filters, check_encodings):
            check(bench, rng)
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
