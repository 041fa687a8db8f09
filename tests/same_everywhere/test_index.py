#!/usr/bin/env python3
"""An index of a gzip file is the same bytes for any layout, says what is true, and changes nothing
of what is read; and one that is damaged, false, or of another file changes nothing either.

    test_index.py --mpiexec MPIRUN --command PARFASTQ --many MANY [--seed N]

The same texts, compressed in many ways, are indexed by all layouts of ranks and threads. The bytes
of all indices of a file must be equal; zlib must find true what they say (gzip_index.py). With the
index of any of them, all layouts must make the same of the file as without, and say that they used
it. Then an index is flipped at every byte, cut at many lengths, and made to lie with checksums that
are right: the file must be read as ever, or by what of the index is true. And a file is changed after
it was indexed: what is said of it and made of it must be as without an index.
"""

import argparse
import os
import random
import re
import struct
import sys
import tempfile
import zlib
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "errors"), str(TESTS / "support")]
import columns
import damage
import gzip_index
import many
import packing
import reference
from wrong import conclude

KIB, MIB = 1 << 10, 1 << 20
SECONDS = 600
RANKS, THREADS = (1, 2, 3, 5), (1, 2)
FEW_PACKERS = ("gzip1", "gzip6", "gzip_stored", "gzip_fixed", "gzip6_parts", "mixed", "gzip_padded",
               "bgzf_empty", "pigz", "igzip0")


def layouts(slices):
    """All numbers of ranks and threads; with PFQ_LONG all slices, too, else these in turn."""
    both = [(ranks, threads) for ranks in RANKS for threads in THREADS]
    return [many.Layout(*pair, slice_bytes, 64 * KIB, "", "direct")
            for i, pair in enumerate(both)
            for k, slice_bytes in enumerate(slices)
            if os.environ.get("PFQ_LONG") or (i + i // 2) % len(slices) == k]


def reads(rng, size):
    """Reads that do not compress well, so that small texts make many points."""
    records, made = [], 0
    while made < size:
        length = rng.randrange(1, 300)
        records.append([b"@read %d\n" % len(records),
                        bytes(rng.choice(b"ACGT") for _ in range(length)) + b"\n", b"+\n",
                        bytes(rng.choice(b"#,:FI") for _ in range(length)) + b"\n"])
        made += 2 * length + 16
    return records


def texts(rng):
    """Name -> text."""
    long = [b"@long\n", bytes(rng.choices(b"ACGT", k=700_000)) + b"\n", b"+\n",
            bytes(rng.choices(b"#,:FI", k=700_000)) + b"\n"]
    some, more = reads(rng, 500_000), reads(rng, 900_000)
    return {"reads": damage.text_of([*some, *more]) + b"\n\r\n\n",
            "long": damage.text_of([*some, long, *more[:50]]).rstrip(b"\n")}


class Trials:
    """Jobs of many files, run together."""

    def __init__(self, machine, directory, rng):
        self.machine, self.directory, self.rng = machine, Path(directory), rng
        self.jobs, self.checks, self.wrong, self.files = [], [], [], 0

    def file(self, data, index=None):
        """A file of its own, and an index beside it."""
        self.files += 1
        path = self.directory / f"in{self.files}.fastq.gz"
        path.write_bytes(data)
        if index is not None:
            index_of(path).write_bytes(index)
        return path

    def add(self, layout, path, out, options, check):
        verb = "convert" if out else "validate"
        self.jobs.append((layout.ranks, many.job_line(verb, layout, [[path]], out,
                                                      ["note", *options])))
        self.checks.append(check)

    def run(self):
        for check, answer, job in zip(self.checks, self.machine.run_many(self.jobs, SECONDS),
                                      self.jobs):
            sentence = check(answer)
            if not answer.agreed:
                sentence = f"ranks disagree: {answer.lines}"
            if sentence:
                self.wrong.append(f"{job}: {sentence}")
        self.jobs, self.checks = [], []


def index_of(path):
    return path.with_name(path.name + ".pfqi")


def used(answer):
    """How many percent of the text came by the index, as was noted."""
    notes = [line for line in answer.lines if line.startswith("note: ")]
    return float(notes[0].rsplit(",", 1)[1].split("%")[0]) if notes else -1


def expect_good(answer):
    return None if answer.code == 0 else f"exit code {answer.code}: {answer.lines}"


def content_of(out):
    """All that a file holds but the names of its inputs; the file is removed."""
    content = columns.everything(out)
    out.unlink()
    return {name: what for name, what in content.items() if not name.startswith("provenance")}


# ---- good indices ----

def make_indices(trials, named, all_layouts):
    """For each name and gzip file the bytes of its index, the same for all layouts."""
    paths = {name: [trials.file(data) for _ in all_layouts] for name, data in named.items()}
    for mine in paths.values():
        for path, layout in zip(mine, all_layouts):
            trials.add(layout, path, None, ["index", "inflate=parallel"], expect_good)
    trials.run()
    first = {}
    for name, mine in paths.items():
        made = [index_of(path).read_bytes() if index_of(path).exists() else b"" for path in mine]
        first[name] = made[0]
        for layout, one in zip(all_layouts, made):
            if one != made[0] or not one:
                trials.wrong.append(f"{name}: the index by {layout} is not that by "
                                    f"{all_layouts[0]}: {len(one)} and {len(made[0])} bytes")
    return first


def hold(trials, out, want, least_used, warned=False):
    """What is made of a file, and how."""
    def check(answer):
        if answer.code or not out.exists():
            return f"exit code {answer.code}: {answer.lines}"
        warnings = [line for line in answer.lines if line.startswith("warning: ")]
        content = content_of(out)
        if content != want:
            return "the datasets are others than without an index"
        if used(answer) < least_used:
            return f"the index was not used: {answer.lines}"
        if warned and not any(".pfqi" in line for line in warnings):
            return f"no warning: {answer.lines}"
        return None
    return check


def plain_contents(trials, paths):
    """For each name and path the datasets without any index."""
    outs = {name: trials.directory / f"plain{i}.h5" for i, name in enumerate(paths)}
    for name, path in paths.items():
        trials.add(many.SERIAL, path, outs[name], ["inflate=serial"], expect_good)
    trials.run()
    return {name: content_of(out) for name, out in outs.items()}


def use(trials, paths, all_layouts):
    """The same datasets with the index, by all layouts."""
    contents = plain_contents(trials, paths)
    for number, (name, path) in enumerate(paths.items()):
        for i, layout in enumerate(all_layouts):
            out = trials.directory / f"out{number}_{i}.h5"
            trials.add(layout, path, out, [], hold(trials, out, contents[name], 99.9))
    trials.run()


def check_good(trials, packers):
    named, records = {}, {}
    for name, text in texts(trials.rng).items():
        begins = gzip_index.begins(text, len(reference.read(text).records))
        for packer in sorted(packers)[:: 1 if name == "reads" else 3]:
            named[f"{name} by {packer}"] = packers[packer](trials.rng, text)
            records[f"{name} by {packer}"] = text, begins
    made = make_indices(trials, named, layouts((32 * KIB, 4 * MIB)))
    for name, data in named.items():
        index = gzip_index.read(made[name])
        sentence = gzip_index.wrong(index, data, made[name], *records[name])
        if not sentence and name == "reads by gzip6" and len(index.points) < 4:
            sentence = f"{len(index.points)} points in {len(data)} bytes"
        if sentence:
            trials.wrong.append(f"{name}: {sentence}")
    use(trials, {name: trials.file(data, made[name]) for name, data in named.items()},
        layouts((32 * KIB, MIB, 16 * MIB)))


# ---- others ----

def lies(rng, index):
    """(what, index) that is not true, with checksums that are right."""
    points, windows = index.points, bytearray(index.windows)
    blocks = [i for i, point in enumerate(points) if point.window_bytes]

    def changed(i, **fields):
        return index._replace(points=[*points[:i], points[i]._replace(**fields), *points[i + 1:]])

    for i in range(1, len(points)):
        point = points[i]
        yield f"a bit of point {i}", changed(i, bit=point.bit ^ 1)
        yield f"a byte of point {i}", changed(i, bit=point.bit + 8 * rng.randrange(1, 3000))
        yield f"the text of point {i}", changed(i, text=point.text + 1, record_at=point.record_at + 1)
        yield f"what is at point {i}", changed(i, member=1, bit=point.bit // 8 * 8, valid=0,
                                               window_bytes=0, window_crc=0)
        yield f"without point {i}", index._replace(points=[*points[:i], *points[i + 1:]])
        yield f"a point before {i}", index._replace(
            points=[*points[:i], point._replace(bit=points[i].bit - 8 * rng.randrange(20, 3000)),
                    *points[i:]])
    for i in blocks:
        window = bytearray(gzip_index.window_of(index, points[i]))
        window[rng.randrange(len(window))] ^= 1
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = stream.compress(bytes(window)) + stream.flush()
        yield f"the window of point {i}", changed(
            i, window_at=len(windows) + gzip_index.HEAD.size + 4, window_bytes=len(packed),
            window_crc=zlib.crc32(packed))._replace(windows=bytes(windows) + packed)
        yield f"less window of point {i}", changed(i, valid=points[i].valid - 1)
    for field in ("text_bytes", "records", "apart", "file_bytes", "samples_crc", "version"):
        for number in (0, 1, getattr(index.head, field) + 1, (1 << 31) - 1):
            yield f"{field} {number}", index._replace(
                head=index.head._replace(**{field: number}))
    for number in (0, 1 << 63, (1 << 64) - 8):
        yield f"a bit {number}", changed(1, bit=number)
    yield "no points", index._replace(points=[])


def check_bad(trials, packer, most_lies):
    text = damage.text_of(reads(trials.rng, 700_000))
    data = packer(trials.rng, text)
    layout = many.Layout(2, 2, 64 * MIB, MIB, "", "direct")
    index_data = make_indices(trials, {"damaged": data}, [layout])["damaged"]
    index = gzip_index.read(index_data)
    want = plain_contents(trials, {"damaged": trials.file(data)})["damaged"]
    every = [many.Layout(ranks, threads, slice_bytes, 64 * KIB, "", "direct")
             for ranks in RANKS for threads in THREADS for slice_bytes in (32 * KIB, MIB)]

    def add(what, changed, warned):
        path, out = trials.file(data, changed), trials.directory / f"bad{trials.files}.h5"
        check = hold(trials, out, want, 0, warned)
        trials.add(trials.rng.choice(every), path, out, [],
                   lambda answer: (lambda said: said and f"{what}: {said}")(check(answer)))

    head = gzip_index.HEAD.size + 4
    step = 1 if os.environ.get("PFQ_LONG") else 9
    places = [*range(0, head, step), *range(index.head.points_at, len(index_data), step),
              *trials.rng.sample(range(head, index.head.points_at), 100 // step)]
    for at in places:
        flipped = bytearray(index_data)
        flipped[at] ^= 1 << trials.rng.randrange(8)
        is_window = head <= at < index.head.points_at # not all windows are needed by all layouts
        add(f"flipped at {at}", bytes(flipped), not is_window)
    for size in [0, 1, 7, 8, head - 1, head, *trials.rng.sample(range(len(index_data)), 10),
                 len(index_data) - 1]:
        add(f"cut to {size}", index_data[:size], True)
    add("longer", index_data + b"\0", True)
    for what, lie in trials.rng.sample(list(lies(trials.rng, index)), k=most_lies):
        add(what, gzip_index.write(lie), False)
    trials.run()


def stored(text, cut):
    """Two members, so that the text can be exchanged for another that is as long."""
    return b"".join(packing.deflated(0)(None, part) for part in (text[:cut], text[cut:]))


def unseen_cut(text):
    """Where the first of two members ends so that no sample has its checksum."""
    for cut in range(len(text) * 3 // 4, len(text), 1000):
        data = stored(text, cut)
        end = len(stored(text[:cut], cut)) - len(stored(b"", 0)) // 2
        if gzip_index.samples_crc(data[:end - 8] + bytes(8) + data[end:]) == \
                gzip_index.samples_crc(data):
            return cut
    raise RuntimeError("all checksums are in samples")


STORED = 65535  # bytes of the longest stored block


def borrowing(text):
    """One member of stored blocks, six of them full, and a rest that copies from them: what is
    stored can be exchanged, and the rest becomes another with it. An index has a point where the
    rest begins."""
    cut = 6 * STORED
    stream = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=text[cut - 32 * KIB:cut])
    rest = stream.compress(text[cut:]) + stream.flush()
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"

    def member(front):
        """The member with other stored blocks, and another behind it."""
        blocks = b"".join(b"\0" + struct.pack("<HH", STORED, 0xffff ^ STORED) + front[i:i + STORED]
                          for i in range(0, cut, STORED))
        made = front + zlib.decompressobj(-15, zdict=front[-32 * KIB:]).decompress(rest)
        return (head + blocks + rest + struct.pack("<II", zlib.crc32(made), len(made))
                + packing.deflated()(None, text[text.index(b"@read 9\n"):text.index(b"@read 90\n")]))

    return member, text[:cut]


def borrowed_texts(rng, text):
    """A file and what it can become, unseen by samples: (data, what and data of the others)."""
    make, front = borrowing(text)
    data = make(front)
    seen, found = gzip_index.samples_crc(data), {}
    while len(found) < 2:
        begin = rng.randrange(len(front) - 24 * KIB, len(front) - 4 * KIB)
        end = begin + 4 * KIB
        for what, other in (("bases that others copy", b"T"), ("faults that others copy", b"\0")):
            changed = make(front[:begin] + front[begin:end].replace(b"A", other) + front[end:])
            if gzip_index.samples_crc(changed) == seen:
                found[what] = changed
    return data, found


def changes(rng, text, data):
    """(what, data) of a file that was changed after it was indexed."""
    size, at = len(data), rng.randrange(1000, len(data) - 5000)
    for i in range(4):
        flipped = bytearray(data)
        flipped[rng.randrange(1000, size)] ^= 1 << rng.randrange(8)
        yield f"flipped {i}", bytes(flipped)
    yield "overwritten", data[:at] + rng.randbytes(3000) + data[at + 3000:]
    yield "a piece moved to the end", data[:at] + data[at + 700:] + data[at:at + 700]
    yield "a piece lacks, zeros behind", data[:at] + data[at + 700:] + bytes(700)
    yield "cut and filled with zeros", data[:at] + bytes(size - at)
    yield "cut", data[:at]
    yield "longer by a member", data + packing.deflated()(rng, text[:0] + b"@x\nA\n+\nI\n")
    yield "longer by garbage", data + b"\x7f" * 100


def other_texts(rng, text, cut):
    """(what, text) of the same size, good and bad: other bases, other records, more records."""
    begins = [match.start() for match in re.finditer(b"@read ", text[:cut])]
    at = rng.randrange(len(begins) // 4, len(begins) - 25)
    begin, middle, end = (begins[at + more] for more in (0, 10, 20))
    head, one, two, tail = text[:begin], text[begin:middle], text[middle:end], text[end:]
    base = one.index(b"\n") + 1
    yield "other bases", head + one[:base] + b"N" + one[base + 1:] + two + tail
    yield "records exchanged", head + two + one + tail
    few = b"@\nA\n+\nI\n" * 20
    name = b"@" + b"y" * (len(one) - len(few) - 8) + b"\nA\n+\nI\n"
    yield "more records", head + few + name + two + tail
    yield "a bad record", head + one[:base] + b"\0" + one[base + 1:] + two + tail


def unseen_texts(rng, text, cut):
    """The same, where no sample of the file is another."""
    seen, found = gzip_index.samples_crc(stored(text, cut)), {}
    while len(found) < 4:
        found.update((what, other) for what, other in other_texts(rng, text, cut)
                     if gzip_index.samples_crc(stored(other, cut)) == seen)
    return found.items()


def told(answer, path):
    """What was said of the file, whoever read it."""
    lines = [line for line in answer.lines if "pfqi" not in line and not line.startswith("note")]
    return answer.code, [line.replace(str(path), "FILE") for line in lines]


def check_changed(trials, packer):
    """A file that was changed after it was indexed: the same is said of it, and the same made of
    it, by all layouts, as by one rank that has no index and inflates from the front."""
    rng = trials.rng
    text = damage.text_of(reads(rng, 900_000))
    cut = unseen_cut(text)
    borrowed, others = borrowed_texts(rng, text)
    data = {"packed": packer(rng, text), "stored": stored(text, cut), "borrowed": borrowed}
    indices = make_indices(trials, data, [many.Layout(3, 2, 256 * KIB, 64 * KIB, "", "direct")])
    files = [("packed", *change) for change in changes(rng, text, data["packed"])]
    files += [("stored", what, stored(other, cut)) for what, other in unseen_texts(rng, text, cut)]
    files += [("borrowed", *other) for other in others.items()]
    left = [] # were there runs that found the index wrong on their way?
    every = layouts((32 * KIB, 4 * MIB, MIB))
    for number, (kind, what, changed) in enumerate(files):
        right = []
        plain = [(many.SERIAL, None, ["inflate=serial"])]
        for i, (layout, index, options) in enumerate(
                plain + [(layout, indices[kind], ["inflate=parallel"])
                         for layout in rng.sample(every, 3)]):
            path, out = trials.file(changed, index), trials.directory / f"changed{number}_{i}.h5"

            def check(answer, path=path, out=out, right=right, what=what):
                left.append(any("not used from there" in line for line in answer.lines))
                got = told(answer, path), content_of(out) if out.exists() else None
                right.append(got)
                if (got[0][0] == 0) != (got[1] is not None):
                    return f"{what}: exit code {got[0][0]}, an output: {got[1] is not None}"
                if got != right[0]:
                    return f"{what}: {got[0]}, but without an index {right[0][0]}"
                return None

            trials.add(layout, path, out, options, check)
    trials.run()
    if not any(left):
        trials.wrong.append("no run found an index wrong while it used it")


# ---- what is refused, by the command ----

def check_command(trials):
    text = damage.text_of(reads(trials.rng, 2_000))
    directory = trials.directory / "command"
    directory.mkdir()
    kinds = {"bz2": "bzip2", "xz": "xz", "zst": "zstd"}
    for ending, packer in (("bz2", "bzip2"), ("xz", "xz"), ("zst", "zstd")):
        packers = packing.packers()
        if packer in packers:
            (directory / f"a.{ending}").write_bytes(packers[packer](trials.rng, text))
    (directory / "a.fastq").write_bytes(text)
    (directory / "a.gz").write_bytes(packing.deflated()(trials.rng, text))
    (directory / "d.gz").write_bytes(packing.deflated()(trials.rng, text))
    (directory / "b.gz").write_bytes(packing.deflated()(trials.rng, text))
    (directory / "b.gz.pfqi").write_bytes(b"my own notes")
    (directory / "c.gz").write_bytes(packing.deflated()(trials.rng, text + b"@x\nA\n+\n"))

    def expect(words, code, sentence, left=None):
        for ranks in (0, 2):
            ended = trials.machine.convert(ranks, ["validate", *words], cwd=directory)
            said = many.said(ended)
            if ended.code != code or not any(sentence in line for line in said):
                trials.wrong.append(f"{words}, {ranks} ranks: {ended.code} {said}")
            made = sorted(path.name for path in directory.glob("*.pfqi*"))
            if left is not None and made != left:
                trials.wrong.append(f"{words}, {ranks} ranks: {made} instead of {left}")

    for ending, name in kinds.items():
        if (directory / f"a.{ending}").exists():
            expect(["--index", f"a.{ending}"], 2, f"compressed by {name}: an index can be written")
    own = ["b.gz.pfqi"]
    expect(["--index", "a.fastq"], 2, "not compressed", own)
    expect(["--index", "-"], 2, "a pipe, beside which no index", own)
    expect(["--index", "--inflate", "serial", "a.gz"], 2, "neither written nor used", own)
    expect(["--index", "b.gz"], 2, "exists and is no index", own)
    expect(["b.gz"], 0, "this index is not used: it is no index", own)
    expect(["--index", "c.gz"], 1, "no index was written: there are bad records", own)
    expect(["--index", "--verbose", "a.gz"], 0, "gzip,", ["a.gz.pfqi", *own])
    for words in (["filter", "--head", 3, "-o", "few.fastq", "-f"], ["stats", "--tsv"]):
        ended = trials.machine.convert(3, [*words, "--index", "d.gz"], cwd=directory)
        there = (directory / "d.gz.pfqi").exists()
        early = any("not all of the file was read" in line for line in many.said(ended))
        if ended.code or early != (words[0] == "filter") or there == early:
            trials.wrong.append(f"{words}: {ended}, an index: {there}")
    (directory / "d.gz.pfqi").unlink()
    os.truncate(directory / "a.gz.pfqi", 90)
    expect(["--index", "--verbose", "a.gz"], 0, "gzip,", ["a.gz.pfqi", *own])
    expect(["--verbose", "a.gz"], 0, "100.0% by an index", ["a.gz.pfqi", *own])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    many.machine_arguments(parser)
    arguments = parser.parse_args()
    machine = many.Machine(arguments.mpiexec, arguments.command, arguments.many)
    rng = random.Random(arguments.seed)
    every = packing.packers()
    for name in ("bzip2", "xz", "zstd"):
        every = {key: pack for key, pack in every.items() if not key.startswith(name)}
    few = {name: every[name] for name in FEW_PACKERS if name in every}
    with tempfile.TemporaryDirectory() as directory:
        trials = Trials(machine, directory, rng)
        check_good(trials, every if os.environ.get("PFQ_LONG") else few)
        lies_told = 60 if os.environ.get("PFQ_LONG") else 30
        check_bad(trials, packing.deflated(), lies_told)
        check_bad(trials, packing.in_parts(packing.deflated(1)), lies_told)
        check_changed(trials, packing.deflated())
        check_changed(trials, packing.in_parts(packing.deflated(1)))
        check_command(trials)
    return conclude(f"{trials.files} files: ", found=trials.wrong)


if __name__ == "__main__":
    sys.exit(main())
