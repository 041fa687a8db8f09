#!/usr/bin/env python3
"""Columns that are left out, coded bases, binned scores and checksums are what README says, and the
same for any ranks, threads, slices, chunks, writer and compression.

    test_forms.py --mpiexec MPIRUN --command PARFASTQ --many MANY

What is expected is computed here from the text, with tables written down once more. Errors of bases
without a code have their place; exports of such files hold the upper-case letters and the binned
scores, or are refused by the name of what is missing. h5py refuses a chunk with one wrong byte.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "errors"), str(TESTS / "support")]
import columns
import h5py
import many
import numpy
import reference
from wrong import conclude

SECONDS = 600
SEQUENCE, QUALITY, NAME = 1, 2, 4
DATASETS = {"sequence": SEQUENCE, "quality": QUALITY, "offset": SEQUENCE | QUALITY, "name": NAME,
            "name_offset": NAME}
CODES = {letter: code for code, pair in enumerate(("Aa", "Cc", "Gg", "Tt", "Nn"))
         for letter in pair.encode()}
BINS = [(0, 0, 0), (1, 1, 1), (2, 9, 6), (10, 19, 15), (20, 24, 22), (25, 29, 27), (30, 34, 33),
        (35, 39, 37), (40, 93, 40)]
LAYOUTS = [many.Layout(1, 1, 1 << 26, 1 << 20, "", "direct"),
           many.Layout(1, 3, 1 << 16, 1 << 10, "", "gather", "none"),
           many.Layout(2, 2, 1 << 14, 1 << 12, "", "direct", "gzip"),
           many.Layout(3, 1, 1 << 12, 1 << 10, "", "gather"),
           many.Layout(5, 2, 1 << 15, 1 << 14, "", "direct", "none"),
           many.Layout(5, 1, 1 << 12, 1 << 10, "", "direct")]
# Name, options of a job, columns, coded, binned.
FORMS = [("all", [], 7, False, False),
         ("sequence", ["columns=1"], 1, False, False),
         ("quality", ["columns=2"], 2, False, False),
         ("name", ["columns=4"], 4, False, False),
         ("bare", ["columns=3", "bases=code"], 3, True, False),
         ("coded", ["bases=code", "checksum"], 7, True, False),
         ("binned", ["quality=bin8", "checksum"], 7, False, True),
         ("both", ["bases=code", "quality=bin8", "columns=7"], 7, True, True)]


def make_text(rng, n, letters=b"ACGTNacgtn"):
    records = []
    for i in range(n):
        size = rng.choice((0, 1, 15, 16, 17, rng.randrange(400), 33))
        bases = bytes(rng.choice(letters) for _ in range(size))
        quality = bytes(rng.randrange(33, 127) for _ in range(size))
        end = b"\r\n" if rng.random() < 0.01 else b"\n"
        records.append(b"@r%d\n" % i + bases + end + b"+\n" + quality + b"\n")
    return records


def mapped(values, pairs):
    table = numpy.full(256, 255, numpy.uint8)
    for key, value in pairs:
        table[key] = value
    return table[values]


def expected(text, bits, coded, binned):
    want = columns.expected(reference.read(text).records)
    if coded:
        want["sequence"] = mapped(want["sequence"], CODES.items())
    if binned:
        want["quality"] = mapped(want["quality"], [(score, middle) for low, high, middle in BINS
                                                   for score in range(low, high + 1)])
    return {name: values for name, values in want.items() if DATASETS.get(name, bits) & bits}


class Bench:
    def __init__(self, machine, directory):
        self.machine, self.directory, self.wrong = machine, Path(directory), []
        self.runs = 0

    def hold(self, condition, sentence):
        if not condition:
            self.wrong.append(sentence)
        return condition

    def command(self, words, ranks=0):
        self.runs += 1
        return self.machine.convert(ranks, words, cwd=self.directory)

    def convert_all(self, runs, path):
        """Converts a file once for each layout of each (name, options); their answers by name."""
        jobs = [(layout.ranks, many.job_line("convert", layout, [[path]],
                                             self.directory / f"{name}{i}.h5", options))
                for name, options in runs for i, layout in enumerate(LAYOUTS)]
        self.runs += len(jobs)
        answers = self.machine.run_many(jobs, SECONDS)
        return {name: answers[i * len(LAYOUTS):(i + 1) * len(LAYOUTS)]
                for i, (name, _) in enumerate(runs)}


def check_attributes(bench, path, bits, coded, binned):
    with h5py.File(path) as file:
        group = file["read1"]
        names = [name for name in ("sequence", "quality", "name") if DATASETS[name] & bits]
        bench.hold(group.attrs["columns"] == ",".join(names), f"{path.name}: attribute columns")
        if bits & SEQUENCE:
            attributes = group["sequence"].attrs
            bench.hold(attributes["form"] == ("code" if coded else "ascii"), f"{path.name}: form")
            bench.hold(attributes.get("alphabet") == ("ACGTN" if coded else None),
                       f"{path.name}: alphabet")
        if bits & QUALITY:
            attributes = group["quality"].attrs
            bench.hold(attributes["form"] == ("bin8" if binned else "phred"), f"{path.name}: form")
            bench.hold(("lossy" in attributes["description"]) == binned, f"{path.name}: lossy")


def check_forms(bench, text):
    """Datasets by hand, attributes, and the same for every layout."""
    path = bench.directory / "good.fastq"
    path.write_bytes(text)
    answers = bench.convert_all([form[:2] for form in FORMS], path)
    for name, _, bits, coded, binned in FORMS:
        want = expected(text, bits, coded, binned)
        first, stored = None, {}
        for i, answer in enumerate(answers[name]):
            out = bench.directory / f"{name}{i}.h5"
            if not bench.hold(answer.code == 0 and answer.agreed, f"{name}{i}: {answer}"):
                continue
            sentence = columns.difference(out, 1, want)
            bench.hold(sentence is None, f"{name}{i}: {sentence}")
            content = columns.everything(out)
            first = first or content
            bench.hold(content == first, f"{name}{i} differs from {name}0")
            chunks = columns.stored_chunks(out)
            known = stored.setdefault(LAYOUTS[i].compress, chunks)
            bench.hold(chunks == known, f"{name}{i} has other stored chunks")
        check_attributes(bench, bench.directory / f"{name}0.h5", bits, coded, binned)


def check_exports(bench, text):
    """Exports: letters in upper case, binned scores, or a refusal that names the column."""
    records = reference.read(text).records
    table = bytes(next(middle for low, high, middle in BINS if low <= max(i - 33, 0) <= high
                       or high == 93) + 33 for i in range(256))
    plain = bytearray()
    for record in records:
        cr = [b"\r" if record.style & bit else b"" for bit in reference.CR]
        plain += (b"@" + record.name + cr[0] + b"\n" + record.bases.upper() + cr[1] + b"\n+" +
                  cr[2] + b"\n" + record.quality.translate(table) + cr[3] + b"\n")
    fasta = b"".join(b">" + record.name + b"\n" + record.bases.upper() + b"\n"
                     for record in records)
    ended = bench.command(["export", "-q", "-o", "both.fastq", "both0.h5"])
    bench.hold(ended.code == 0 and (bench.directory / "both.fastq").read_bytes() == plain,
               f"the export of coded and binned reads: {ended}")
    ended = bench.command(["convert", "-q", "--columns", "name,sequence", "--bases", "code", "-o",
                           "fasta.h5", "good.fastq"])
    ended = bench.command(["export", "-q", "--fasta", "-o", "reads.fa", "fasta.h5"], ranks=3)
    bench.hold(ended.code == 0 and (bench.directory / "reads.fa").read_bytes() == fasta,
               f"FASTA of a file without qualities: {ended}")
    for source, missing in (("fasta", "quality"), ("quality0", "sequence"), ("bare0", "name")):
        ended = bench.command(["export", "-q", "-o", "no.fastq", f"{source}.h5"])
        bench.hold(ended.code == 2 and f"the column {missing} was left out" in ended.err and
                   not (bench.directory / "no.fastq").exists(), f"export of {source}: {ended}")
    for name, _, bits, _, _ in FORMS:
        ended = bench.command(["info", f"{name}0.h5"])
        shown = [dataset for dataset in DATASETS if f"/read1/{dataset} " in ended.out]
        bench.hold(ended.code == 0 and shown == [dataset for dataset in DATASETS
                                                 if DATASETS[dataset] & bits],
                   f"info of {name}: {ended}")


def check_errors(bench, rng):
    """The first base without a code is named by its place, for every layout; skipping goes on."""
    records = make_text(rng, 700)
    records[555] = b"@bad\nACGTRAC\n+\nIIIIIII\n"
    records[600] = b"@worse\nACU\n+\nIII\n"
    text = b"".join(records)
    path = bench.directory / "iupac.fastq"
    path.write_bytes(text)
    place = (f"iupac.fastq:{4 * 555 + 2}: record 556, byte {len(b''.join(records[:555]))}: "
             f"'R' at position 5")
    answers = bench.convert_all([("bad", ["bases=code"]),
                                 ("kept", ["bases=code", "on-error=skip"])], path)
    for i, answer in enumerate(answers["bad"]):
        bench.hold(answer.code == 1 and len(answer.lines) == 1 and place in answer.lines[0],
                   f"bad{i}: {answer}")
    good = b"".join(record for record in records if b"@bad" not in record and
                    b"@worse" not in record)
    want = expected(good, 7, True, False)
    for i, answer in enumerate(answers["kept"]):
        sentence = columns.difference(bench.directory / f"kept{i}.h5", 1, want)
        bench.hold(answer.code == 1 and sentence is None, f"kept{i}: {answer}, {sentence}")


def check_checksums(bench, rng):
    """The filter is there, and one flipped bit anywhere in a chunk is found by h5py."""
    for compress in ("none", "fast", "gzip:6"):
        out = bench.directory / "sums.h5"
        ended = bench.command(["convert", "-qf", "--compress", compress, "--checksum", "-o",
                               "sums.h5", "good.fastq"], ranks=2)
        if not bench.hold(ended.code == 0, f"--checksum with {compress}: {ended}"):
            continue
        with h5py.File(out) as file:
            dataset = file["read1/sequence"]
            bench.hold(dataset.fletcher32, f"{compress}: no fletcher32")
            whole = dataset[:]
            chunk = dataset.id.get_chunk_info(0)
        data = bytearray(out.read_bytes())
        places = [0, chunk.size - 1, chunk.size - 4, *(rng.randrange(chunk.size) for _ in range(8))]
        for place in places:
            data[chunk.byte_offset + place] ^= 1 << rng.randrange(8)
            (bench.directory / "flipped.h5").write_bytes(data)
            data = bytearray(out.read_bytes())
            with h5py.File(bench.directory / "flipped.h5") as file:
                try:
                    same = numpy.array_equal(file["read1/sequence"][:], whole)
                    bench.hold(False, f"{compress}: h5py read past byte {place} (equal: {same})")
                except OSError:
                    pass
            ended = bench.command(["export", "-qf", "-o", "flipped.fastq", "flipped.h5"])
            bench.hold(ended.code == 1 and "/read1/sequence: a chunk is damaged" in ended.err,
                       f"{compress}: export past byte {place}: {ended}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(machine, directory)
        text = b"".join(make_text(rng, 4000))
        check_forms(bench, text)
        check_exports(bench, text)
        check_errors(bench, rng)
        check_checksums(bench, rng)
    return conclude(f"{bench.runs} runs, ", found=bench.wrong)


if __name__ == "__main__":
    sys.exit(main())
