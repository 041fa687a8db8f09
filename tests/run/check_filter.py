#!/usr/bin/env python3
"""What `parfastq filter`, `convert` and `stats` keep of reads, cut off them and count is what plain
Python makes of the same text, and what seqkit and fastp make of it where they have the same rule; and
it is the same for any ranks, threads, slices and chunks, of plain and packed input.

    check_filter.py PARFASTQ DATA [MPIEXEC]

Without MPIEXEC everything runs in one process; tools that are not there are left out. Each rule meets
a layout, a kind of input and a selection of columns, in turn; with PFQ_LONG in the environment, all.
"""
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from wrong import conclude, expect

try:
    import h5py
except ImportError:
    h5py = None

MASK = (1 << 64) - 1
ADAPTERS = ["AGATCGGAAGAGCACACGTCTGAACTCCAGTCA", "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT",
            "TGGAATTCTCGGGTGCCAAGG", "GATCGTCGGACTGTAGAACTCTGAAC", "CTGTCTCTTATACACATCT"]
LAYOUTS = [(0, 1, "64M", "1M"), (0, 3, "9k", "2k"), (1, 2, "20k", "3k"), (2, 1, "7k", "1k"),
           (3, 2, "30k", "4k"), (5, 1, "3k", "1k"), (5, 2, "50k", "9k")]
LONG = "PFQ_LONG" in os.environ


def some(items, i):
    """All of them, or in the short form the one whose turn it is."""
    return items if LONG else [items[i % len(items)]]


# ---- what should be ----

def mix(x):
    x = (x + 0x9e3779b97f4a7c15) & MASK
    x = ((x ^ x >> 30) * 0xbf58476d1ce4e5b9) & MASK
    x = ((x ^ x >> 27) * 0x94d049bb133111eb) & MASK
    return x ^ x >> 31


def chosen(rows, settings):
    """Which of the rows a sample holds."""
    seed = mix(settings.get("seed", 11))
    hashes = [mix(row ^ seed) for row in range(rows)]
    if "sample_records" in settings:
        best = set(sorted(hashes)[:settings["sample_records"]])
        return [h in best for h in hashes]
    if "sample_fraction" in settings:
        return [h <= int(settings["sample_fraction"] * 2 ** 64) for h in hashes]
    return [True] * rows


def quality_end(scores, bound):
    lack = most = 0
    keep = len(scores)
    for i in reversed(range(len(scores))):
        lack += bound - scores[i]
        if lack < 0:
            break
        if lack > most:
            most, keep = lack, i
    return keep


def adapter_begin(bases):
    bases = bases.upper()
    for at in range(len(bases) - 5):
        for adapter in ADAPTERS:
            wrong = [a != b for a, b in zip(bases[at:], adapter)]
            if sum(wrong) <= len(wrong) // 8 and sum(wrong[:12]) <= 1:
                return at
    return len(bases)


def fragment_of(one, other):
    """The length of the fragment by the overlap of its ends, or None."""
    one = one.upper()
    other = other.upper()[::-1].translate(str.maketrans("ACGT", "TGCA"))
    for shift in [*range(len(one)), *range(-1, -len(other), -1)]:
        a, b = (one[shift:], other) if shift >= 0 else (one, other[-shift:])
        overlap = min(len(a), len(b))
        wrong = sum(x != y for x, y in zip(a[:50], b[:50]))
        if overlap > 30 and wrong <= min(5, overlap // 5):
            return shift + len(other)
    return None


def refusing(bases, scores, settings):
    n = len(bases)
    if n < settings.get("min_length", 0):
        return "min_length"
    if n > settings.get("max_length", n):
        return "max_length"
    if bases.upper().count("N") > settings.get("max_n", n):
        return "max_n"
    mean, error = settings.get("min_mean_quality"), settings.get("min_error_quality")
    if mean and (not n or sum(scores) < mean * n):
        return "min_mean_quality"
    if error and (not n or sum(10 ** (-q / 10) for q in scores) / n > 10 ** (-error / 10) * (1 + 1e-9)):
        return "min_error_quality"
    return None


def trimmed(row, settings, counts):
    """The bases that are left of each mate that is looked at."""
    left = [len(bases) for _, bases, _ in row]

    def cut(m, end, name):
        if end < left[m]:
            counts[m]["trimmed_reads_" + name] += 1
            counts[m]["trimmed_bases_" + name] += left[m] - end
            left[m] = end

    if "trim_quality" in settings:
        for m, (_, _, quality) in enumerate(row):
            cut(m, quality_end([ord(c) - 33 for c in quality], settings["trim_quality"]), "quality")
    if "trim_adapters" in settings:
        now = [bases[:left[m]] for m, (_, bases, _) in enumerate(row)]
        fragment = fragment_of(*now) if len(row) == 2 else None
        for m, bases in enumerate(now):
            cut(m, adapter_begin(bases) if fragment is None else fragment, "adapters")
    return left


def filtered(mates, settings):
    """The reads of each mate that stay, what is counted of it, and which rows stay."""
    rows = list(zip(*mates))[:settings.get("head", len(mates[0]))]
    names = ["reads_before", "bases_before", "reads_after", "bases_after"]
    names += ["dropped_sample"] * ("sample_records" in settings or "sample_fraction" in settings)
    names += ["dropped_" + rule for rule in ("min_length", "max_length", "max_n",
                                             "min_mean_quality", "min_error_quality")
              if rule in settings]
    names += ["dropped_mate"] * (len(mates) > 1)
    for trim in ("quality", "adapters"):
        if "trim_" + trim in settings:
            names += ["trimmed_reads_" + trim, "trimmed_bases_" + trim]
    counts = [dict.fromkeys(names, 0) for _ in mates]
    out = [[] for _ in mates]
    stays = []
    for row, is_chosen in zip(rows, chosen(len(rows), settings)):
        for m, (_, bases, _) in enumerate(row):
            counts[m]["reads_before"] += 1
            counts[m]["bases_before"] += len(bases)
            counts[m]["dropped_sample" if not is_chosen else "reads_before"] += not is_chosen
        stays.append(False)
        if not is_chosen:
            continue
        left = trimmed(row[:2], settings, counts) + [len(bases) for _, bases, _ in row[2:]]
        reads = [(name, bases[:n], quality[:n]) for (name, bases, quality), n in zip(row, left)]
        reasons = [refusing(bases, [ord(c) - 33 for c in quality], settings)
                   for _, bases, quality in reads[:2]] + [None] * len(reads[2:])
        stays[-1] = not any(reasons)
        for m, read in enumerate(reads):
            if stays[-1]:
                out[m].append(read)
                counts[m]["reads_after"] += 1
                counts[m]["bases_after"] += len(read[1])
            else:
                counts[m]["dropped_" + (reasons[m] or "mate")] += 1
    return out, counts, stays


# ---- texts ----

def text_of(reads):
    return "".join(f"@{name}\n{bases}\n+\n{quality}\n" for name, bases, quality in reads)


def reads_of(text):
    lines = text.split("\n")
    return [(lines[i][1:], lines[i + 1], lines[i + 3]) for i in range(0, len(lines) - 3, 4)]


def make_read(rng, name):
    length = rng.choice([0, 5, 40, 75, 100, 100, 100, 130])
    letters = rng.choice(["ACGT", "ACGT", "ACGTN", "ACGTacgtn"])
    good, bad = rng.choice([8, 20, 30, 38]), rng.choice([0, 5, 30, 60])
    return (name, "".join(rng.choice(letters) for _ in range(length)),
            "".join(chr(33 + (rng.randrange(2, 20) if i > length - bad
                              else min(41, good + rng.randrange(5)))) for i in range(length)))


def make_pairs(rng, n, make=make_read):
    """Some overlap, some run through their fragment into adapters, most have nothing in common."""
    pairs = []
    for i in range(n):
        pair = [make(rng, f"f{i}{'x' * (i % 5)}/{m}") for m in (1, 2)]
        if i % 3 == 0:
            text = "".join(rng.choice("ACGT") for _ in range(rng.randrange(10, 180)))
            back = text[::-1].translate(str.maketrans("ACGT", "TGCA"))
            for m, (strand, adapter) in enumerate(((text, ADAPTERS[0]), (back, ADAPTERS[1]))):
                name, bases, quality = pair[m]
                whole = "".join(base if rng.random() > 0.02 else rng.choice("ACGT")
                                for base in strand + adapter + "A" * 130)
                pair[m] = (name, whole[:len(bases)], quality)
        elif i % 3 == 1:
            name, bases, quality = pair[0]
            at = rng.randrange(len(bases) + 1)
            pair[0] = (name, (bases[:at] + rng.choice(ADAPTERS) + bases)[:len(bases)], quality)
        pairs.append(pair)
    return [[pair[m] for pair in pairs] for m in (0, 1)]


# ---- the command ----

class Command:
    def __init__(self, program, mpiexec):
        self.program, self.mpiexec = program, mpiexec

    def run(self, *words, ranks=0, want=0):
        launcher = [self.mpiexec, "-n", str(ranks)] if ranks and self.mpiexec else []
        ended = subprocess.run([*launcher, self.program, *map(str, words)], capture_output=True,
                               text=True, timeout=120)
        expect(f"{words}: exit code ({ended.stderr})", ended.returncode, want)
        return ended


def words_of(settings):
    words = []
    for name, value in settings.items():
        name = {"sample_records": "sample", "sample_fraction": "sample"}.get(name, name)
        words += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
    return words


def layout_words(layout):
    return ["-q", "-f", "-t", layout[1], "--slice-size", layout[2], "--chunk-size", layout[3]]


SETTINGS = [
    {"min_length": 60}, {"max_length": 99}, {"max_n": 0}, {"max_n": 3}, {"min_mean_quality": 25},
    {"min_error_quality": 12}, {"trim_quality": 20}, {"trim_adapters": True}, {"head": 137},
    {"head": 1}, {"head": 10 ** 9}, {"sample_fraction": 0.3}, {"sample_records": 100, "seed": 5},
    {"sample_records": 10 ** 9}, {"head": 200, "sample_records": 50}, {"min_length": 10 ** 6},
    {"seed": 3},
    {"trim_quality": 15, "trim_adapters": True, "min_length": 30, "max_length": 120, "max_n": 4,
     "min_mean_quality": 15, "min_error_quality": 8, "sample_fraction": 0.9, "head": 400}]


def check_singles(command, rng, directory):
    """One file, alone and as two lanes."""
    reads = [make_read(rng, f"r{i}") for i in range(500)]
    for i in range(0, 500, 4):
        name, bases, quality = reads[i]
        at = rng.randrange(len(bases) + 1)
        reads[i] = (name, (bases[:at] + rng.choice(ADAPTERS) + bases)[:len(bases)], quality)
    whole, lanes = directory / "s.fastq", [directory / "l1.fastq", directory / "l2.fastq"]
    whole.write_text(text_of(reads))
    lanes[0].write_text(text_of(reads[:123])[:-1])  # the last line is not ended
    lanes[1].write_text(text_of(reads[123:]) + "\n\n")
    out = directory / "o.fastq"
    for i, settings in enumerate(SETTINGS):
        want = text_of(filtered([reads], settings)[0][0])
        for layout, inputs in some([(LAYOUTS[i % len(LAYOUTS)], [whole]),
                                    (LAYOUTS[(i + 3) % len(LAYOUTS)], lanes)], i):
            command.run("filter", *layout_words(layout), *words_of(settings), "-o", out, *inputs,
                        ranks=layout[0])
            expect(f"{settings} of {len(inputs)} files, {layout}", out.read_text(), want)


def check_counts(what, said, counts, settings):
    said = {name: value for name, value in said.items() if name != "settings"}
    expect(f"{what}: counts", said, counts)


def statistics_of(command, directory, *words):
    path = directory / "stats.json"
    command.run("stats", "-q", "-f", "--json", path, *words)
    return json.loads(path.read_text())["inputs"]


def check_pairs(command, rng, directory):
    """Two files, packed or interleaved, to two outputs or one, with the statistics before and after."""
    mates = make_pairs(rng, 450)
    paths = [directory / f"p{m}.fastq" for m in (1, 2)]
    packed = [directory / f"p{m}.fastq.gz" for m in (1, 2)]
    mixed = directory / "mixed.fastq"
    for path, gz, reads in zip(paths, packed, mates):
        path.write_text(text_of(reads))
        gz.write_bytes(gzip.compress(path.read_bytes(), 1))
    mixed.write_text("".join(text_of(row) for row in zip(*mates)))
    outs = [directory / "o1.fastq.gz", directory / "o2.fastq"]
    report, page = directory / "report.json", directory / "report.html"
    before = statistics_of(command, directory, "-1", paths[0], "-2", paths[1])
    for i, settings in enumerate(SETTINGS):
        want, counts, _ = filtered(mates, settings)
        texts = [text_of(reads) for reads in want]
        said = None
        for k in some([0, 1, 2], i // 3):
            layout = LAYOUTS[(i * 3 + k) % len(LAYOUTS)]
            inputs = [["-1", paths[0], "-2", paths[1]], ["-1", packed[0], "-2", packed[1]],
                      ["--interleaved", mixed]][(i + k) % 3]
            what = f"pairs {settings}, {layout}, {inputs[0]}"
            command.run("filter", *layout_words(layout), *words_of(settings), "-o", outs[0], "-O",
                        outs[1], "--json", report, "--html", page, *inputs, ranks=layout[0])
            expect(f"{what}: mate 1", gzip.decompress(outs[0].read_bytes()).decode(), texts[0])
            expect(f"{what}: mate 2", outs[1].read_text(), texts[1])
            said = json.loads(report.read_text())["inputs"]
            for m in (0, 1):
                check_counts(what, said[m]["filter"], counts[m], settings)
                if "head" not in settings:
                    expect(f"{what}: before", {**said[m], **dict.fromkeys(("filter", "after", "file"))},
                           {**before[m], **dict.fromkeys(("filter", "after", "file"))})
        one = directory / "one.fastq"
        if not LONG and i % 3:
            continue
        command.run("filter", *layout_words(LAYOUTS[i % 7]), *words_of(settings), "-o", one, "-1",
                    paths[0], "-2", paths[1], ranks=LAYOUTS[i % 7][0])
        expect(f"{settings}: in turn", one.read_text(),
               "".join(text_of(row) for row in zip(*want)))
        after = statistics_of(command, directory, "-1", outs[0], "-2", outs[1])
        for m in (0, 1):
            del after[m]["file"], after[m]["format"]
            expect(f"{settings}: after is what stats says of the output", said[m]["after"], after[m])
        expect(f"{settings}: the page tells of filtering", "<h2>Filtering" in page.read_text(), True)


def datasets(path):
    with h5py.File(path) as file:
        return {f"{group}/{name}": file[group][name][:].tobytes() for group in file
                if group.startswith("read") for name in file[group]
                if isinstance(file[group][name], h5py.Dataset)}


def check_stores(command, rng, directory):
    """The datasets are those of converting the filtered text; numbers and origins say how."""
    mates = make_pairs(rng, 400)
    lanes = [[directory / f"a{m}{k}.fastq" for k in (0, 1, 2)] for m in (1, 2)]
    cuts = [[0, 100, 101, 400], [0, 33, 250, 400]]
    for reads, files, cut in zip(mates, lanes, cuts):
        for k, path in enumerate(files):
            path.write_text(text_of(reads[cut[k]:cut[k + 1]]) + "\n" * (k == 2))
    inputs = [word for m in (0, 1) for path in lanes[m] for word in (f"-{m + 1}", path)]
    outs = [directory / "f1.fastq", directory / "f2.fastq"]
    wanted, got = directory / "wanted.h5", directory / "got.h5"
    for i, settings in enumerate(SETTINGS[:-2] + SETTINGS[-1:]):
        want, counts, stays = filtered(mates, settings)
        for path, reads in zip(outs, want):
            path.write_text(text_of(reads))
        for more in some([[], ["--columns", "sequence,name"], ["--quality", "bin8"]], i):
            layout = LAYOUTS[(i + len(more)) % len(LAYOUTS)]
            command.run("convert", "-q", "-f", *more, "-o", wanted, "-1", outs[0], "-2", outs[1])
            command.run("convert", *layout_words(layout), *more, *words_of(settings), "-o", got,
                        *inputs, ranks=layout[0])
            what = f"HDF5 {settings} {more} {layout}"
            expect(what, datasets(got) == datasets(wanted), True)
            command.run("validate", "-q", got)
            with h5py.File(got) as file:
                for m in (0, 1):
                    check_counts(what, dict(file[f"read{m + 1}/filter"].attrs), counts[m], settings)
                kept = [sum(stays[cut[k]:cut[k + 1]]) for cut in cuts for k in range(3)]
                expect(f"{what}: origins", list(file["provenance"]["records"]), kept)
    command.run("convert", "-q", "-f", "--qc", "--min-length", 60, "-o", got, *inputs)
    command.run("stats", "-q", "-f", "--json", directory / "x.json", "--min-length", 60, *inputs)
    with h5py.File(got) as file:
        expect("the summary", file["summary/json"][:].tobytes(),
               (directory / "x.json").read_bytes())
    expect("info names the counts", "dropped_min_length" in command.run("info", got).stdout, True)


def check_head_hides_errors(command, rng, directory):
    """A bad record, a strange mate or a missing one behind --head is no error, and one before is,
    for any layout."""
    reads = [make_read(rng, f"e{i}") for i in range(300)]
    mate = [(name + " 2", bases, quality) for name, bases, quality in reads]
    good, bad = directory / "good.fastq", directory / "bad.fastq"
    good.write_text(text_of(mate))
    other = mate[:200] + [("stranger", *mate[200][1:])] + mate[201:]
    ends = {"bad record": text_of(reads[:200]) + "@x\nAC\n+\nI\n" + text_of(reads[201:]),
            "stranger": text_of(other), "no mate": text_of(mate[:200])}
    out = directory / "h.fastq"
    for name, text in ends.items():
        bad.write_text(text)
        for k, inputs in enumerate(([bad], ["-1", good, "-2", bad], ["-1", bad, "-2", good])):
            single = len(inputs) == 1
            for layout in some(LAYOUTS[::2], k + len(name)):
                for head in (200, 201):
                    fails = head > 200 and (not single or name == "bad record")
                    command.run("filter", *layout_words(layout), "--head", head, "-o", out,
                                *inputs, ranks=layout[0], want=1 if fails else 0)


def check_refusals(command, data, directory):
    pair = ["-1", data / "pair_R1.fastq", "-2", data / "pair_R2.fastq"]
    out = directory / "no.fastq"
    for words in (["-o", out, "-O", out, *pair], ["-o", out, "-O", directory / "b", data / "pair_R1.fastq"],
                  ["-o", out, "--min-length", 5, "--max-length", 4, *pair],
                  ["-o", out, "--quality-encoding", "solexa", "--trim-quality", 5,
                   data / "solexa.fastq"]):
        command.run("filter", *words, want=2)
        expect(f"{words} leaves nothing", out.exists(), False)
    piped = subprocess.run([command.program, "filter", "-q", "--sample", "0.5", "-o", out, "-"],
                           input=(data / "pair_R1.fastq").read_bytes(), timeout=60)
    expect("a part of a pipe", piped.returncode, 0)
    ended = subprocess.run([command.program, "filter", "-f", "--sample", "3", "-o", out, "-"],
                           input=(data / "pair_R1.fastq").read_bytes(), capture_output=True,
                           timeout=60)
    expect("so many of a pipe", (ended.returncode, b"two passes" in ended.stderr), (2, True))


# ---- other tools ----

def tool(name, words):
    return subprocess.run([name, *map(str, words)], capture_output=True, timeout=120).stdout.decode()


def check_seqkit(command, path, directory):
    if not shutil.which("seqkit"):
        return
    out = directory / "k.fastq"
    for words, mine in ((["seq", "-m", 60, "-M", 110], ["--min-length", 60, "--max-length", 110]),
                        (["seq", "-m", 1, "-Q", 14],  # it keeps reads without bases
                         ["--min-error-quality", 14]),
                        (["head", "-n", 77], ["--head", 77])):
        command.run("filter", "-q", "-f", *mine, "-o", out, path)
        expect(f"seqkit {words}", out.read_text(), tool("seqkit", [*words, path]))


def make_whole_read(rng, name):
    """100 bases in capitals, for only such an N is one to fastp."""
    return (name, "".join(rng.choice(rng.choice(("ACGT", "ACGTN"))) for _ in range(100)),
            "".join(chr(33 + rng.randrange(15, 36)) for _ in range(100)))


def check_fastp(command, rng, directory):
    """With every step of its own switched off."""
    if not shutil.which("fastp"):
        return
    whole = make_pairs(rng, 400, make_whole_read)
    paths, outs, theirs = ([directory / f"{kind}{m}.fastq" for m in (1, 2)] for kind in "FGH")
    for path, reads in zip(paths, whole):
        path.write_text(text_of(reads))
    off = ["-j", "/dev/null", "-h", "/dev/null", "-w", 1]
    pair = ["-i", paths[0], "-I", paths[1], "-o", theirs[0], "-O", theirs[1]]
    for words, mine in ((["-A", "-G", "-l", 90, "-e", 25, "-n", 12, "-u", 100, "-q", 0],
                         ["--min-length", 90, "--min-mean-quality", 25, "--max-n", 12]),
                        (["-L", "-Q", "-G"], ["--trim-adapters"])):
        tool("fastp", [*pair, *words, *off])
        command.run("filter", "-q", "-f", *mine, "-o", outs[0], "-O", outs[1], "-1", paths[0], "-2",
                    paths[1])
        ours, other = ([reads_of(path.read_text()) for path in side] for side in (outs, theirs))
        if "--trim-adapters" not in mine:
            expect(f"fastp {words}", ours, other)
            continue
        # fastp looks for no sequence unless it is told or sure: only pairs that it has cut.
        cut = {pair[0][0]: pair for pair in zip(*other) if len(pair[0][1]) < 100}
        same = sum(cut.get(pair[0][0]) == pair for pair in zip(*ours))
        expect("fastp has cut some", len(cut) > 30, True)
        expect("fastp cuts the same", same, len(cut))


def main():
    command = Command(sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
    data = Path(sys.argv[2])
    rng = random.Random(20)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        check_singles(command, rng, directory)
        check_pairs(command, rng, directory)
        if h5py:
            check_stores(command, rng, directory)
        check_head_hides_errors(command, rng, directory)
        check_refusals(command, data, directory)
        check_seqkit(command, directory / "s.fastq", directory)
        check_fastp(command, rng, directory)
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
