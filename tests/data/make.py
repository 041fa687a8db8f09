#!/usr/bin/env python3
"""Makes every file of this directory, and README.md, which says why each exists.

    make.py           writes the files here
    make.py DIR       writes them to DIR
    make.py --check   compares what is here with what would be made; exit code 1 if they differ

One row of FILES is one file: its name, the reason it exists, the answer `parfastq convert` owes it,
and its bytes. Everything is deterministic, so the committed files can be checked against this text.
"""

import random
import struct
import sys
from pathlib import Path

BASES = "ACGT"
COMPLEMENT = str.maketrans("ACGTN", "TGCAN")


def record(name, bases, quality, end="\n", plus=""):
    return f"@{name}{end}{bases}{end}+{plus}{end}{quality}{end}"


def random_bases(rng, length):
    return "".join(BASES[int(rng.random() * 4)] for _ in range(length))


def four_level_quality(rng, length, start):
    """Binned scores of a present-day Illumina machine: mostly F, worse towards the end."""
    quality = []
    for cycle in range(length):
        worse = start + 0.12 * (cycle / 151) ** 3
        dice = rng.random()
        quality.append("," if dice < worse / 3 else ":" if dice < worse else "F")
    return "".join(quality)


def sequenced(rng, fragment, length, start):
    """What a machine reads of a fragment: a rare wrong base, a rarer N, whose score is 2 ('#')."""
    bases, quality = list(fragment[:length]), list(four_level_quality(rng, length, start))
    for i in range(length):
        dice = rng.random()
        if dice < 0.0008:
            bases[i], quality[i] = "N", "#"
        elif dice < 0.002:
            bases[i], quality[i] = BASES[int(rng.random() * 4)], ","
    return "".join(bases), "".join(quality)


def paired_sample(pairs):
    """Both ends of fragments of one random 20 kb genome; reads trimmed to 100..151 bases."""
    rng = random.Random(20240501)
    genome = random_bases(rng, 20000)
    texts = ["", ""]
    x, y = 1000, 1000
    for _ in range(pairs):
        size = 180 + int(rng.random() * 320)
        begin = int(rng.random() * (len(genome) - size))
        fragment = genome[begin : begin + size]
        if rng.random() < 0.5:
            fragment = fragment[::-1].translate(COMPLEMENT)
        x += 1 + int(rng.random() * 15)
        y = 1000 + int(rng.random() * 36000)
        spot = f"A00123:45:HPFQ7DSX5:1:1101:{x}:{y}"
        ends = (fragment, fragment[::-1].translate(COMPLEMENT))
        for mate, end in enumerate(ends):
            length = 151 if rng.random() < 0.8 else 100 + int(rng.random() * 51)
            bases, quality = sequenced(rng, end, length, 0.03 if mate == 0 else 0.06)
            texts[mate] += record(f"{spot} {mate + 1}:N:0:ATTACTCG+TATAGCCT", bases, quality)
    return texts


def long_reads():
    """Nanopore-like: few, long, and of very different lengths."""
    rng = random.Random(7)
    text = ""
    for i, length in enumerate([812, 30011, 3, 12345, 1, 7050, 255, 256, 257, 4096]):
        quality = "".join(chr(33 + 3 + int(rng.random() * 30)) for _ in range(length))
        text += record(f"read{i} ch={100 + i} start_time=2024-05-01T12:00:{i:02d}Z",
                       random_bases(rng, length), quality)
    return text


def short_reads(seed, count, low="#", high="I", end="\n", plus_names=False):
    """Small plain records; qualities from `low` to `high`, both present."""
    rng = random.Random(seed)
    text = ""
    for i in range(count):
        length = 20 + int(rng.random() * 40)
        span = ord(high) - ord(low) + 1
        quality = "".join(chr(ord(low) + int(rng.random() * span)) for _ in range(length - 2))
        name = f"read.{i + 1} length={length}"
        text += record(name, random_bases(rng, length), low + high + quality, end,
                       name if plus_names else "")
    return text


def mixed_line_ends():
    """Every way the four lines of a record can end, 2 to the power of 4."""
    text = ""
    for style in range(16):
        lines = [f"@style{style}", "ACGT", "+", "IIII"]
        ends = ["\r\n" if style >> line & 1 else "\n" for line in range(4)]
        text += "".join(line + end for line, end in zip(lines, ends))
    return text


def quality_begins_with_at():
    """Quality lines that look like header lines and like '+' lines, in every order."""
    qualities = ["@@@@", "+III", "@III", "++++", "@+@+", "+@+@", "@", "+", "@", "@@", "+", "+"]
    return "".join(record(f"read{i}", "ACGT"[: len(q)], q) for i, q in enumerate(qualities))


def first_records(text, count):
    return "".join(text.splitlines(keepends=True)[: 4 * count])


def exchanged(text, number):
    """Record `number`, counted from 1, and the one after it change places."""
    lines, at = text.splitlines(keepends=True), 4 * (number - 1)
    return "".join(lines[:at] + lines[at + 4 : at + 8] + lines[at : at + 4] + lines[at + 8 :])


def interleaved():
    first, second = (text.splitlines(keepends=True) for text in PAIR)
    return "".join("".join(first[i : i + 4] + second[i : i + 4]) for i in range(0, 400, 4))


def stored_gzip(data):
    """A gzip file made by hand, one stored block and no time: no compressor's version shows."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    head = bytes([31, 139, 8, 0, 0, 0, 0, 0, 0, 255])
    block = b"\x01" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    return head + block + struct.pack("<II", crc ^ 0xFFFFFFFF, len(data))


PAIR = paired_sample(2000)
GOOD = record("good", "ACGT", "IIII")

# name, why it exists, what `parfastq convert` answers, text (or bytes)
FILES = [
    ("sample_R1.fastq", "2,000 reads as a present-day Illumina machine writes them; first mates",
     "2,000 records", PAIR[0]),
    ("sample_R2.fastq", "their second mates, of other lengths", "2,000 records", PAIR[1]),
    ("interleaved.fastq", "the first 100 pairs of the sample in turn, for `--interleaved`",
     "200 records", interleaved()),
    ("pair_R1.fastq", "the first 50 pairs of the sample: first mates", "50 records",
     first_records(PAIR[0], 50)),
    ("pair_R2.fastq", "their second mates", "50 records", first_records(PAIR[1], 50)),
    ("pair_R2_short.fastq", "second mates of pair_R1.fastq without the last",
     "refused beside pair_R1.fastq: its record 50 has no mate", first_records(PAIR[1], 49)),
    ("pair_R2_other.fastq", "second mates of pair_R1.fastq, records 3 and 4 exchanged",
     "refused beside pair_R1.fastq: the names of record 3 differ",
     exchanged(first_records(PAIR[1], 50), 3)),
    ("one_record.fastq", "the smallest ordinary file; fewer records than ranks", "1 record", GOOD),
    ("empty.fastq", "no bytes at all", "0 records, with a warning", ""),
    ("crlf.fastq", "lines that end with CR LF, which export must give back", "25 records",
     short_reads(1, 25, end="\r\n")),
    ("mixed_line_ends.fastq", "each of the 16 ways in which the four lines of a record can end",
     "16 records", mixed_line_ends()),
    ("no_final_newline.fastq", "the last quality line ends with the file", "25 records",
     short_reads(2, 25)[:-1]),
    ("blank_tail.fastq", "blank lines after the last record, LF and CR LF", "25 records",
     short_reads(3, 25) + "\n\n\r\n\n"),
    ("zero_length.fastq", "reads of length zero, as trimmers leave them: first, in a row, and last",
     "7 records",
     record("a", "", "") + GOOD + record("b", "", "") + record("c", "", "") + GOOD
     + record("d 1:N:0:A", "", "", plus="d 1:N:0:A") + record("e", "", "")),
    ("zero_length_cut.fastq", "the file ends where the empty quality line of its last read "
     "would be", "2 records", GOOD + "@empty\n\n+\n"),
    ("quality_begins_with_at.fastq", "quality lines that look like header lines or '+' lines; also "
     "one-base reads of quality '@' and '+'", "12 records", quality_begins_with_at()),
    ("plus_names.fastq", "'+' lines that repeat the name, as SRA writes them", "25 records",
     short_reads(4, 25, plus_names=True)),
    ("some_plus_names.fastq", "'+' lines that repeat the name in some records only", "3 records",
     GOOD + record("name", "ACGT", "IIII", plus="name") + GOOD),
    ("empty_names.fastq", "header lines that are '@' alone", "2 records",
     record("", "ACGT", "IIII") + record("", "AC", "II")),
    ("long_reads.fastq", "reads from 1 to 30,011 bases, much longer than a small slice",
     "10 records", long_reads()),
    ("odd_bases.fastq", "lower case, ambiguity codes, RNA, '.', '-' and '*' are bases", "1 record",
     record("odd", "acgtnACGTUNRYKMSWBDHV.-*", "I" * 24)),
    ("all_qualities.fastq", "every quality from '!' to '~'", "1 record",
     record("all", "A" * 94, "".join(chr(q) for q in range(33, 127)))),
    ("illumina13.fastq", "qualities from '@' to 'h', as Illumina 1.3 to 1.7 wrote them",
     "25 records; Phred 0..40 with `--quality-encoding illumina1.3`",
     short_reads(5, 25, low="@", high="h")),
    ("solexa.fastq", "qualities from ';' to 'h', as Solexa wrote them",
     "25 records; Solexa -5..40 with `--quality-encoding solexa`",
     short_reads(6, 25, low=";", high="h")),
    ("bad_header.fastq", "a header line without '@'", "refused: line 5, record 2",
     GOOD + "name\nACGT\n+\nIIII\n" + GOOD),
    ("bad_plus.fastq", "a third line without '+'", "refused: line 7, record 2",
     GOOD + "@name\nACGT\n-\nIIII\n" + GOOD),
    ("bad_plus_name.fastq", "a '+' line with another name", "refused: line 7, record 2",
     GOOD + record("name", "ACGT", "IIII", plus="nane") + GOOD),
    ("bad_length.fastq", "more bases than quality values", "refused: line 8, record 2",
     GOOD + record("name", "ACGT", "III") + GOOD),
    ("bad_length_long.fastq", "more quality values than bases", "refused: line 8, record 2",
     GOOD + record("name", "ACGT", "IIIII") + GOOD),
    ("bad_base.fastq", "a digit among the bases", "refused: line 6, record 2",
     GOOD + record("name", "AC5T", "IIII") + GOOD),
    ("space_in_bases.fastq", "a space among the bases", "refused: line 6, record 2",
     GOOD + record("name", "AC T", "IIII") + GOOD),
    ("bad_quality.fastq", "a quality of 0x7F", "refused: line 8, record 2",
     GOOD + record("name", "ACGT", "II\x7fI") + GOOD),
    ("space_in_quality.fastq", "a space among the qualities", "refused: line 8, record 2",
     GOOD + record("name", "ACGT", "II I") + GOOD),
    ("nul_in_name.fastq", "a NUL byte in a header line", "refused: line 5, record 2",
     GOOD + record("na\0me", "ACGT", "IIII") + GOOD),
    ("nul_in_bases.fastq", "a NUL byte among the bases", "refused: line 6, record 2",
     GOOD + record("name", "AC\0T", "IIII") + GOOD),
    ("blank_between.fastq", "a blank line between two records", "refused: line 5, record 2",
     GOOD + "\n" + GOOD),
    ("blank_first.fastq", "a blank line before the first record", "refused: line 1, record 1",
     "\n" + GOOD),
    ("truncated_after_header.fastq", "the file ends after a header line",
     "refused: line 6, record 2", GOOD + "@name\n"),
    ("truncated_after_bases.fastq", "the file ends after a line of bases",
     "refused: line 7, record 2", GOOD + "@name\nACGT\n"),
    ("truncated_after_plus.fastq", "the file ends after a '+' line", "refused: line 8, record 2",
     GOOD + "@name\nACGT\n+\n"),
    ("truncated_in_header.fastq", "the file ends inside a header line, without a newline",
     "refused: record 2", GOOD + "@na"),
    ("truncated_in_quality.fastq", "the file ends inside a quality line",
     "refused: line 8, record 2", GOOD + "@name\nACGT\n+\nII"),
    ("wrapped.fastq", "bases and qualities on two lines each, legal by the oldest definition",
     "refused: line 3, record 1", "@name\nACGT\nACGT\n+\nIIII\nIIII\n"),
    ("several_bad.fastq", "three bad records among seven, for `validate` and `--on-error skip`",
     "refused: lines 8, 14 and 23, records 2, 4 and 6",
     GOOD + record("b", "ACGT", "III") + GOOD + record("d", "AC1T", "IIII") + GOOD
     + "@f\nACGT\nplus\nIIII\n" + GOOD),
    ("fasta.fa", "FASTA, which is not FASTQ", "refused by name",
     ">chr1\nACGTACGT\n>chr2\nACGT\n"),
    ("gzip.fastq.gz", "a gzip file of one record",
     "1 record", stored_gzip(GOOD.encode())),
    ("binary.bin", "bytes of every value", "refused by name",
     bytes(range(256)) * 4),
]

README_HEAD = """# Small files, each with its reason

Made by `make.py`, which holds the text of all of them and of this page; nothing here comes from a
sequencing machine. A ctest compares the files with what `make.py` makes. To change one, change
its row there and run it. Lines and records are counted from 1.

| file | why it exists | what `parfastq convert` answers |
|---|---|---|
"""


def contents():
    files = {}
    for name, _, _, text in FILES:
        files[name] = text if isinstance(text, bytes) else text.encode()
    rows = "".join(f"| `{name}` | {why} | {answer} |\n" for name, why, answer, _ in FILES)
    files["README.md"] = (README_HEAD + rows).encode()
    return files


def check(directory):
    want = contents()
    wrong = [name for name, data in want.items()
             if not (directory / name).is_file() or (directory / name).read_bytes() != data]
    own = {"make.py", "test_answers.py", ".gitattributes", "CMakeLists.txt"}
    wrong += [path.name for path in directory.iterdir()
              if path.is_file() and path.name not in want and path.name not in own]
    for name in sorted(wrong):
        print(f"{directory / name}: not what make.py makes", file=sys.stderr)
    return 1 if wrong else 0


def main():
    here = Path(__file__).resolve().parent
    if sys.argv[1:2] == ["--check"]:
        return check(Path(sys.argv[2]) if len(sys.argv) > 2 else here)
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    for name, data in contents().items():
        (directory / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
