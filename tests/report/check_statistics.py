#!/usr/bin/env python3
"""What `parfastq stats` says of files is what an independent count says, and the same for any layout.

    check_statistics.py PARFASTQ DATA [MPIEXEC]

The good files of tests/data and some made here go through --json, --tsv and --fastqc. Figures are
held against reference.py. Then ranks, threads, slices, chunks and the kernel are changed, and the
file is made an HDF5 file: the JSON stays the same, byte for byte. At last what is refused.
"""

import json
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
import reference
from wrong import conclude
from wrong import expect as expect_equal


def expect(what, got, want):
    if isinstance(want, float) and isinstance(got, (int, float)):
        same = (math.isclose(got, want, rel_tol=1e-7, abs_tol=1e-7) or
                (math.isnan(got) and math.isnan(want)))
    elif isinstance(want, list) and isinstance(got, list) and len(got) == len(want):
        for i, (g, w) in enumerate(zip(got, want)):
            expect(f"{what}[{i}]", g, w)
        return
    else:
        same = got == want
    expect_equal(what, got, want, same)


class Command:
    def __init__(self, program, mpiexec):
        self.program, self.mpiexec = program, mpiexec

    def run(self, *words, ranks=0, environment=()):
        launcher = [self.mpiexec, "-n", str(ranks)] if ranks else []
        return subprocess.run([*launcher, self.program, *map(str, words)], capture_output=True,
                              text=True, timeout=120, env={**os.environ, **dict(environment)})

    def stats(self, path, out, *words, **how):
        """The JSON as text."""
        ended = self.run("stats", "-q", "-f", "--json", out, *words, path, **how)
        expect(f"exit code of {path.name} {words} {how}", (ended.returncode, ended.stderr), (0, ""))
        return out.read_text() if out.exists() else "{}"


# ---- figures ----

def check_positions(name, said, reads, offset):
    cells = reference.at_positions(reads, offset)
    scale = 1
    while len(cells) > 650 * scale + 9:
        scale *= 10
    expect(f"{name}: scale", said["scale"], scale)
    first = said["first"] + [len(cells) + 1]
    for i in range(len(said["first"])):
        here = sum(cells[first[i] - 1:first[i + 1] - 1], reference.Counter())
        expect(f"{name}: bases from {first[i]}", said["bases"][i], sum(here.values()))
        for kind in ("A", "C", "G", "T", "N", "U", "other", "gap"):
            expect(f"{name}: {kind} from {first[i]}", said[kind][i],
                   sum(n for (base, _), n in here.items() if base == kind))
        expect(f"{name}: scores from {first[i]}", said["quality_sum"][i],
               sum(score * n for (_, score), n in here.items()))
    return cells, scale


def check_groups(name, said, reads, cells, scale):
    groups = reference.groups_of(len(cells))
    expect(f"{name}: groups", [(g["first"], g["last"]) for g in said], groups)
    adapters = reference.adapters_of(reads)
    for got, (first, last) in zip(said, groups):
        for figure, value in reference.spread(cells[first - 1:last], scale > 1).items():
            expect(f"{name}: {figure} of {first}-{last}", got[figure], value)
        if scale > 1:
            continue
        for a, places in enumerate(adapters):
            held = [sum(place <= at for place in places) for at in range(first, last + 1)]
            expect(f"{name}: adapter {a} at {first}-{last}", got["adapter_percent"][a],
                   100 * sum(held) / len(held) / len(reads))
    return groups


def check_figures(name, said, reads, offset):
    expect(f"{name}: reads", said["reads"], len(reads))
    if not reads:
        return
    quality = reference.Counter(ord(c) - offset for _, _, q in reads for c in q)
    kinds = reference.Counter(reference.kind(base) for _, bases, _ in reads for base in bases)
    total = sum(quality.values())
    expect(f"{name}: bases", said["bases"], total)
    expect(f"{name}: kinds", {k: n for k, n in said["bases_by_kind"].items() if n}, dict(kinds))
    expect(f"{name}: scores", [pair for pair in said["bases_by_quality"] if pair[1]],
           [list(pair) for pair in sorted(quality.items())])
    expect(f"{name}: q20", said["q20_bases"], sum(n for q, n in quality.items() if q >= 20))
    expect(f"{name}: q30", said["q30_bases"], sum(n for q, n in quality.items() if q >= 30))
    if total:
        expect(f"{name}: mean", said["mean_quality"],
               sum(q * n for q, n in quality.items()) / total)
        error = sum(n * 10 ** (-q / 10) for q, n in quality.items()) / total
        expect(f"{name}: error", said["quality_of_mean_error"], abs(-10 * math.log10(error)))
    for key, value in reference.lengths_of(reads).items():
        expect(f"{name}: length {key}", said["length"][key], value)
    means = reference.Counter(sum(map(ord, q)) // len(q) - offset for _, _, q in reads if q)
    expect(f"{name}: means", said["reads_by_mean_quality"],
           [list(pair) for pair in sorted(means.items())])
    cells, scale = check_positions(name, said["positions"], reads, offset)
    groups = check_groups(name, said["groups"], reads, cells, scale)
    expect(f"{name}: gc", said["gc"]["reads_by_percent"], reference.gc_of(reads))
    expect(f"{name}: adapters", [a["reads"] for a in said["adapters"]],
           [len(places) for places in reference.adapters_of(reads)])
    expect(f"{name}: adapter names", [a["sequence"] for a in said["adapters"]],
           reference.ADAPTERS)
    tiles = reference.tiles_of(reads, offset, groups) if groups else {}
    expect(f"{name}: tiles", [t["tile"] for t in said["tiles"]], sorted(tiles))
    for tile in said["tiles"]:
        expect(f"{name}: tile {tile['tile']}", tile["quality_difference"],
               tiles.get(tile["tile"]))
    expect(f"{name}: long reads",
           {(l["length_from"], l["quality_of_mean_error"]): l["reads"]
            for l in said["long_reads"]}, dict(reference.long_reads_of(reads, offset)))


def check_duplication(name, said, reads):
    """Exact, where it is said to be; near the truth where it is of samples."""
    counts, percent, shared = reference.duplication_of(reads)
    exact = len(counts) <= 65536
    expect(f"{name}: exact", said["duplication"]["exact"], exact)
    levels = [said["duplication"]["percent_by_level"][level] for level in reference.LEVELS]
    distinct = said["duplication"]["distinct"]
    near = said["duplication"]["distinct_hyperloglog"] / len(counts)
    expect(f"{name}: HyperLogLog is near", 0.96 < near < 1.04, True)
    if exact:
        expect(f"{name}: distinct", distinct, float(len(counts)))
        expect(f"{name}: levels", levels, percent)
    else:
        expect(f"{name}: distinct is near", 0.98 < distinct / len(counts) < 1.02, True)
        for got, want in zip(levels, percent):
            expect(f"{name}: level {want} is near {got}", abs(got - want) < 1.5, True)
    if said["sampled_reads"] == len(reads):
        expect(f"{name}: shared", [(s["sequence"], s["sampled"]) for s in said["overrepresented"]],
               shared)
        return
    expect(f"{name}: sampled", 32768 <= said["sampled_reads"] <= 65536, True)
    found = {s["sequence"]: s["reads"] for s in said["overrepresented"]}
    for sequence, n in shared:
        if n > 0.003 * len(reads):
            near = found.get(sequence, 0) / n
            expect(f"{name}: {sequence} {near} is near", 0.75 < near < 1.25, True)


# ---- inputs ----

def text_of(reads):
    return "".join(f"@{name}\n{bases}\n+\n{quality}\n" for name, bases, quality in reads)


def random_read(rng, name, length, letters="ACGT", low=2, high=40):
    return (name, "".join(rng.choice(letters) for _ in range(length)),
            "".join(chr(33 + rng.randint(low, high)) for _ in range(length)))


def with_adapters(rng):
    """Short reads, many with an adapter, of nine tiles and in both forms of names."""
    reads = []
    for i in range(12000):
        name = (f"M:1:F:2:{1101 + i % 9}:{i}:7 1:N:0:AC" if i % 3 else f"H:2:{1101 + i % 9}:1:5#0")
        name, bases, quality = random_read(rng, name, rng.choice([0, 1, 20, 36, 36, 51]),
                                           rng.choice(["ACGT", "ACGTNacgtn", "GGGGC", "A"]))
        if i % 4 == 0 and len(bases) > 30:
            at = rng.randrange(len(bases) - 11)
            bases = (bases[:at] + rng.choice(reference.ADAPTERS) + bases)[:len(bases)]
        reads.append((name, bases, quality))
    return reads


def long_ones(rng):
    return [random_read(rng, f"long{i}", rng.choice([0, 5, 700, 1000, 1999, 2000, 6510, 70123]),
                        "ACGTN", rng.choice([2, 20, 90]), 92) for i in range(60)]


def many_distinct(rng):
    """More different sequences than are held, some of which are many reads'."""
    common = ["".join(rng.choice("ACGT") for _ in range(14)) for _ in range(20)]
    reads = []
    for i in range(200000):
        bases = rng.choice(common[:1 + i % 20]) if i % 5 == 0 else "%014d" % rng.randrange(10 ** 14)
        bases = bases.translate(str.maketrans("0123456789", "ACGTACGTAC"))
        reads.append((f"r{i}", bases, "I" * len(bases)))
    return reads


def made_inputs(rng, directory):
    made = {"adapters": with_adapters(rng), "long": long_ones(rng),
            "rna": [random_read(rng, f"u{i}", 30, "ACGU") for i in range(200)]}
    for name, reads in made.items():
        (directory / f"{name}.fastq").write_text(text_of(reads))
    return [directory / f"{name}.fastq" for name in made]


# ---- the checks ----

GOOD = ["sample_R1", "pair_R2", "one_record", "empty", "crlf", "mixed_line_ends", "zero_length",
        "blank_tail", "plus_names", "long_reads", "odd_bases", "all_qualities"]


def check_inputs(command, paths, directory):
    for path in paths:
        reads = reference.read_fastq(path)
        said = json.loads(command.stats(path, directory / "said.json"))["inputs"][0]
        check_figures(path.name, said, reads, 33)
        if reads:
            check_duplication(path.name, said, reads)


def check_encodings(command, data, directory):
    for name, words, offset, encoding in (
            ("illumina13", (), 64, "illumina1.3"), ("sample_R1", (), 33, "sanger"),
            ("illumina13", ("--quality-encoding", "sanger"), 33, "sanger"),
            ("illumina13", ("--quality-encoding", "illumina1.3"), 64, "illumina1.3")):
        path = data / f"{name}.fastq"
        said = json.loads(command.stats(path, directory / "said.json", *words))["inputs"][0]
        expect(f"{name} {words}: encoding", said["quality_encoding"]["name"], encoding)
        expect(f"{name} {words}: offset", said["quality_encoding"]["offset"], offset)
        check_figures(f"{name} {words}", said, reference.read_fastq(path), offset)
    said = json.loads(command.stats(data / "solexa.fastq", directory / "said.json",
                                    "--quality-encoding", "solexa"))["inputs"][0]
    phred = [round(10 * math.log10(10 ** (s / 10) + 1)) for s in range(-5, 41)]
    expect("solexa: scores", all(q in phred for q, _ in said["bases_by_quality"]), True)


LAYOUTS = [(0, 1, "64M", "1M", ""), (0, 4, "1M", "64k", "scalar"), (1, 2, "10k", "4k", ""),
           (2, 1, "100k", "1k", ""), (3, 2, "30k", "2k", "scalar"), (5, 1, "1M", "64k", ""),
           (5, 3, "20k", "7k", "")]


def check_layouts(command, paths, directory, layouts=None):
    for path in paths:
        want = command.stats(path, directory / "want.json")
        for ranks, threads, slices, chunks, simd in layouts or LAYOUTS:
            if ranks and not command.mpiexec:
                continue
            got = command.stats(path, directory / "got.json", "-t", threads, "--slice-size", slices,
                                "--chunk-size", chunks, ranks=ranks,
                                environment={"PFQ_SIMD": simd} if simd else {})
            expect(f"{path.name} with {ranks} ranks, {threads} threads, {slices}", got == want,
                   True)


def numbers_of(text):
    return [{**said, "file": "", "format": ""} for said in json.loads(text)["inputs"]]


def check_stores(command, paths, directory):
    """An HDF5 file has the statistics of what it was made of."""
    store = directory / "reads.h5"
    for path in paths:
        command.run("convert", "-q", "-f", "-o", store, path)
        want = numbers_of(command.stats(path, directory / "want.json"))
        for ranks in (0, 3) if command.mpiexec else (0,):
            got = numbers_of(command.stats(store, directory / "got.json", "-t", 2, ranks=ranks))
            expect(f"{path.name} as HDF5 with {ranks} ranks", got == want, True)


def check_convert(command, data, directory):
    """`convert --qc` keeps the JSON of `stats` in the file, whoever writes it, and the rows as ever."""
    pair = ["-1", data / "sample_R1.fastq", "-2", data / "sample_R2.fastq"]
    want, store = directory / "want.json", directory / "qc.h5"
    for words, ranks in ((pair, 0), (pair, 2), ([data / "long_reads.fastq"], 3),
                         (["--interleaved", data / "interleaved.fastq"], 5)):
        if ranks and not command.mpiexec:
            continue
        command.run("stats", "-q", "-f", "--json", want, *words)
        for more in ((), ("--compress", "none", "--slice-size", "20k")):
            ended = command.run("convert", "-q", "-f", "--qc", *more, "-o", store, *words,
                                ranks=ranks)
            expect(f"convert {words}: exit code", (ended.returncode, ended.stderr), (0, ""))
            expect(f"convert {words} with {ranks} ranks {more}: the summary",
                   want.read_bytes() in store.read_bytes(), True)
        info = command.run("info", store)
        expect("info names it", (info.returncode, "/summary/json" in info.stdout), (0, True))
    command.run("convert", "-q", "-f", "--qc", "-o", store, *pair)
    back = directory / "back.fastq"
    command.run("export", "-q", "-f", "--mate", 2, "-o", back, store)
    expect("the rows", back.read_bytes() == (data / "sample_R2.fastq").read_bytes(), True)


def check_mates(command, data, directory):
    """A pair is two inputs, however it is given."""
    paths = [data / "pair_R1.fastq", data / "pair_R2.fastq"]
    alone = [numbers_of(command.stats(path, directory / "x.json"))[0] for path in paths]
    pair = directory / "pair.json"
    ended = command.run("stats", "-q", "-f", "--json", pair, "-1", paths[0], "-2", paths[1])
    expect("pair: exit code", ended.returncode, 0)
    expect("pair", numbers_of(pair.read_text()) == alone, True)
    both = command.run("stats", "-q", "-f", "--json", pair, *paths)
    expect("two files: exit code", both.returncode, 0)
    expect("two files", numbers_of(pair.read_text()) == alone, True)
    mixed = directory / "mixed.fastq"
    reads = zip(*(reference.read_fastq(path) for path in paths))
    mixed.write_text("".join(text_of(two) for two in reads))
    for ranks in (0, 3) if command.mpiexec else (0,):
        got = command.stats(mixed, directory / "x.json", "--interleaved", "--slice-size", "3k",
                            "--chunk-size", "1k", ranks=ranks)
        expect("interleaved", numbers_of(got) == alone, True)
    lanes = directory / "lanes.json"
    command.run("stats", "-q", "-f", "--json", lanes, "-1", paths[0], "-1", paths[0])
    expect("lanes", json.loads(lanes.read_text())["inputs"][0]["reads"], 2 * alone[0]["reads"])


def check_table(command, data):
    ended = command.run("stats", "--tsv", data / "sample_R1.fastq", data / "one_record.fastq")
    rows = [line.split("\t") for line in ended.stdout.splitlines()]
    expect("rows of the table", len(rows), 3)
    expect("first columns", rows[0][:8], ["file", "format", "type", "num_seqs", "sum_len", "min_len",
                                          "avg_len", "max_len"])
    reads = reference.read_fastq(data / "sample_R1.fastq")
    lengths = reference.lengths_of(reads)
    row = dict(zip(rows[0], rows[1]))
    quality = [ord(c) - 33 for _, _, q in reads for c in q]
    gc = sum(base in "GCgc" for _, bases, _ in reads for base in bases)
    want = {"num_seqs": "2000", "sum_len": str(len(quality)), "min_len": str(lengths["min"]),
            "avg_len": "%.1f" % lengths["mean"], "Q1": "%.1f" % lengths["q1"],
            "Q3": "%.1f" % lengths["q3"], "N50": str(lengths["n50"]), "sum_gap": "0",
            "Q20(%)": "%.2f" % (100 * sum(q >= 20 for q in quality) / len(quality)),
            "GC(%)": "%.2f" % (100 * gc / len(quality))}
    for name, value in want.items():
        expect(f"column {name}", row.get(name), value)
    aligned = command.run("stats", data / "sample_R1.fastq").stdout.splitlines()
    expect("an aligned table", len({len(line) for line in aligned}), 1)
    expect("with commas", "2,000" in aligned[1], True)


def sections_of(path):
    sections, rows = {}, None
    for line in path.read_text().splitlines():
        if line == ">>END_MODULE":
            rows = None
        elif line.startswith(">>"):
            name, verdict = line[2:].split("\t")
            rows = sections[name] = [verdict]
        elif rows is not None:
            rows.append(line.split("\t"))
    return sections


def check_fastqc(command, path, directory):
    """The text has FastQC's sections, and the figures of the JSON."""
    out = directory / "fastqc"
    said = json.loads(command.stats(path, directory / "x.json", "--fastqc", out))["inputs"][0]
    data = out / f"{path.stem}_fastqc" / "fastqc_data.txt"
    expect("first line", data.read_text().startswith("##FastQC\t"), True)
    sections = sections_of(data)
    summary = [line.split("\t") for line in
               (data.parent / "summary.txt").read_text().splitlines()]
    expect("summary", [row[1] for row in summary], list(sections))
    expect("verdicts", [row[0].lower() for row in summary], [s[0] for s in sections.values()])
    expect("verdicts as in JSON", {name: rows[0] for name, rows in sections.items()},
           {name: v for name, v in said["verdicts"].items() if v != "none"})
    basic = dict(sections["Basic Statistics"][2:])
    expect("basic", (basic["Filename"], basic["Total Sequences"]), (path.name, str(said["reads"])))
    quality = sections["Per base sequence quality"][2:]
    expect("quality", [[row[0], *map(float, row[1:])] for row in quality],
           [[str(g["first"]) if g["first"] == g["last"] else f"{g['first']}-{g['last']}",
             *(float("nan") if g[k] is None else float(g[k]) for k in (
                 "mean", "median", "lower_quartile", "upper_quartile", "decile_1", "decile_9"))]
            for g in said["groups"]])
    lengths = sections["Sequence Length Distribution"][2:]
    expect("lengths", sum(float(row[1]) for row in lengths), float(said["reads"]))
    ascending = [float(row[1]) for row in sections["Per sequence GC content"][2:]]
    expect("gc", ascending, [float(x) for x in said["gc"]["reads_by_percent"]])


def check_refusals(command, data, directory):
    out = directory / "refused.json"
    bad = command.run("stats", "--json", out, data / "bad_length.fastq")
    expect("a bad file", (bad.returncode, out.exists(), bad.stdout), (1, False, ""))
    expect("its place", "bad_length.fastq:8: record 2" in bad.stderr, True)
    skip = command.run("stats", "--on-error", "skip", "--json", out, data / "several_bad.fastq")
    expect("skipped", (skip.returncode, json.loads(out.read_text())["inputs"][0]["reads"]), (1, 4))
    again = command.run("stats", "--json", out, data / "sample_R1.fastq")
    expect("an output that exists", (again.returncode, again.stdout), (2, ""))
    none = command.run("stats", data / "no_such_file.fastq")
    expect("no file", none.returncode, 2)
    mates = command.run("stats", "-1", data / "pair_R1.fastq", "-2", data / "pair_R2_short.fastq")
    expect("mates that do not match", mates.returncode, 1)
    left = [path.name for path in directory.iterdir() if "part" in path.name]
    expect("files left behind", left, [])


def main():
    command = Command(sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
    data, rng = Path(sys.argv[2]), random.Random(11)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        made = made_inputs(rng, directory)
        good = [data / f"{name}.fastq" for name in GOOD]
        check_inputs(command, good + made, directory)
        check_encodings(command, data, directory)
        check_layouts(command, [data / "sample_R1.fastq", data / "empty.fastq",
                                data / "zero_length.fastq", *made[:2]], directory)
        check_stores(command, [data / "sample_R1.fastq", data / "illumina13.fastq",
                               data / "empty.fastq", *made], directory)
        check_mates(command, data, directory)
        check_convert(command, data, directory)
        check_table(command, data)
        for path in (data / "sample_R1.fastq", data / "long_reads.fastq", made[0]):
            check_fastqc(command, path, directory)
        check_refusals(command, data, directory)
        many = directory / "many.fastq"
        reads = many_distinct(rng)
        many.write_text(text_of(reads))
        said = json.loads(command.stats(many, directory / "said.json"))["inputs"][0]
        check_duplication("many", said, reads)
        check_layouts(command, [many], directory, LAYOUTS[1:6:2])
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
