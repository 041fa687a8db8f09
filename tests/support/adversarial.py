"""FASTQ that is good, and made to be taken for something else.

A shape is a function of a random generator and a scale, and gives records as damage.py knows them:
lists of four lines with their ends; or of one, which is blank lines behind the last record. The
scale is 1 in a short test; at 1000 there are reads by the million, and reads of megabases.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "errors"))
import damage

WIDTHS = (*range(1, 20), 59, 60, 61, 70, 80, 100, 127, 128, 129)


def bases(rng, size):
    unit = bytes(rng.choice(b"ACGTN") for _ in range(min(size, 997)))
    return (unit * (size // 997 + 1))[:size] if size else b""


def record(name, sequence, quality, plus=b"", end=b"\n"):
    return [b"@" + name + end, sequence + end, b"+" + plus + end, quality + end]


def marks_everywhere(rng, scale):
    """Quality lines that begin with '@' or '+', are nothing else, or are a header."""
    records = []
    for i in range(300):
        name = rng.choice((b"r%d" % i, b"@r", b"+", b""))
        size = rng.choice((1, 2, 3, len(name) + 1, 30))
        quality = rng.choice((b"@" * size, b"+" * size, (b"@" + name + b"+" * size)[:size],
                              (b"+@" * size)[:size], b"@" + name, b"+" + name))
        records.append(record(name, bases(rng, len(quality)), quality,
                              rng.choice((b"", b"", name))))
    return records


def odd_headers(rng, scale):
    """Headers of '@', '+', tabs, spaces, bytes that are no ASCII, bases; and none."""
    parts = (b"@", b"+", b"\t", b" ", b"\xc3\xa9", b"\xff", b"ACGT", b"+\t@", b"\x01", b"/1", b"")
    names = [b"".join(rng.choice(parts) for _ in range(rng.randrange(6))) for _ in range(300)]
    return [record(name, bases(rng, 5), b"@+!~I", rng.choice((b"", name))) for name in names]


def long_headers(rng, scale):
    """Headers of about 64 KiB, some repeated on the '+' line, among short ones."""
    records = damage.make_records(rng, 12, longest=20, crlf=False)
    for at, size in ((0, 65535), (3, 65536), (4, 65537), (11, 70_000)):
        name = (b"@+ \tACGT" * (size // 8 + 1))[:size]
        records[at] = record(name, b"AC", b"@+", rng.choice((b"", name)))
    return records


def one_base_reads(rng, scale):
    pool = [record(rng.choice((b"", b"a", b"@", b"+")), b"A", rng.choice((b"@", b"+", b"I")))
            for _ in range(64)]
    return [pool[rng.randrange(64)] for _ in range(2000 * scale)]


def long_among_tiny(rng, scale):
    """Reads of up to 20 megabases, one behind the other, too, among tiny ones."""
    records = damage.make_records(rng, 40, longest=3, crlf=False)
    for at, size in ((0, 3000), (17, 20_000 * scale), (18, 5000 * scale), (39, 9000 * scale)):
        quality = b"@+" + bytes(rng.choice(damage.QUALITIES) for _ in range(995))
        records[at] = record(b"long %d" % at, bases(rng, size), (quality * (size // 997 + 1))[:size])
    return records


def some_crlf(rng, scale):
    return damage.make_records(rng, 300, longest=40, crlf=True)


def all_crlf(rng, scale):
    return [[damage.split(line)[0] + b"\r\n" for line in each]
            for each in damage.make_records(rng, 200, longest=90, crlf=False)]


def empty_first_and_last(rng, scale):
    """Reads of length 0 at both ends, in a row in between, and the file ends behind the last '+'."""
    empty = record(b"empty", b"", b"")
    records = damage.make_records(rng, 30, longest=20)
    return [empty, empty, *records, *[empty] * 40, *records, [b"@last\n", b"\n", b"+\n", b""]]


def no_last_newline(rng, scale):
    records = damage.make_records(rng, 60, longest=40, crlf=False)
    return [*records, [b"@last\n", b"ACGTACGTACG\n", b"+\n", b"@@++@@++@@+"]]


def long_tail(rng, scale):
    """More blank lines at the end than a slice holds."""
    return [*damage.make_records(rng, 20, longest=50, crlf=False),
            [b"".join(rng.choice(damage.ENDS) for _ in range(12_000))]]


FOUR_LINE = {shape.__name__: shape for shape in (
    marks_everywhere, odd_headers, long_headers, one_base_reads, long_among_tiny, some_crlf,
    all_crlf, empty_first_and_last, no_last_newline, long_tail)}


# ---- wrapped ----

def every_width(rng, scale):
    """Every width, with lengths on both sides of its multiples, and marks in front of each line."""
    records = []
    for width in WIDTHS:
        for size in (width - 1, width, width + 1, 2 * width, 3 * width + 1):
            quality = bytes(rng.choice(b"@+") if at % width == 0 else rng.choice(b"@+AI5")
                            for at in range(size))
            one = record(b"w%d" % width, bases(rng, size), quality)
            records.append(fold_record(rng, one, width))
    return records


def records_within(rng, scale):
    """Long reads whose qualities, wrapped, are nothing but good records."""
    false = b"@II\nIII\n+II\nIII\n"
    records = damage.make_records(rng, 5, longest=9, crlf=False)
    for at, times in ((0, 50), (2, 2000 * scale), (4, 300)):
        sequence = b"ACG\n" * (4 * times)
        records[at] = [b"@long\n", sequence, b"+\n", false * times]
    return records


def fold_record(rng, each, width):
    return [damage.fold(rng, line, width) if len(each) == 4 and part in (1, 3) else line
            for part, line in enumerate(each)]


def folded(shape, width):
    """A shape of four lines with lines of one width, or of any."""
    def wrapped(rng, scale):
        return [fold_record(rng, each, width) for each in shape(rng, scale)]
    return wrapped


MULTILINE = {
    "every_width": every_width,
    "records_within": records_within,
    **{f"{name}_wrapped_{width or 'anyhow'}": folded(shape, width)
       for name, shape, width in (("marks_everywhere", marks_everywhere, 2),
                                  ("marks_everywhere", marks_everywhere, None),
                                  ("odd_headers", odd_headers, 3),
                                  ("long_headers", long_headers, 1),
                                  ("one_base_reads", one_base_reads, 1),
                                  ("long_among_tiny", long_among_tiny, 60),
                                  ("some_crlf", some_crlf, 7),
                                  ("all_crlf", all_crlf, 60),
                                  ("empty_first_and_last", empty_first_and_last, 1),
                                  ("no_last_newline", no_last_newline, 5),
                                  ("long_tail", long_tail, 10))},
}
