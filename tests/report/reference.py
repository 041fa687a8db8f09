"""What `parfastq stats` must say of some reads, found one base at a time; shares nothing with it."""

import math
from collections import Counter

ADAPTERS = ["AGATCGGAAGAG", "TGGAATTCTCGG", "GATCGTCGGACT", "CTGTCTCTTATA", "AAAAAAAAAAAA",
            "GGGGGGGGGGGG", "TTCGTTCAGTTA", "GTTTTCGCATTT", "ATCTCTCTCAAC"]
LEVELS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ">10", ">50", ">100", ">500", ">1k", ">5k",
          ">10k+"]


def read_fastq(path):
    """(name, bases, qualities as characters) of four-line records."""
    lines = path.read_bytes().decode("latin-1").split("\n")
    lines = [line[:-1] if line.endswith("\r") else line for line in lines]
    while len(lines) % 4 and lines[-1] == "":
        lines.pop()
    while len(lines) >= 4 and lines[-4:] == [""] * 4:
        del lines[-4:]
    return [(lines[i][1:], lines[i + 1], lines[i + 3] if i + 3 < len(lines) else "")
            for i in range(0, len(lines) - 2, 4)]


def kind(base):
    base = base.upper()
    return base if base in "ACGTNU" else "gap" if base in "-." else "other"


def interval_of(longest):
    """FastQC's groups of positions."""
    steps = (step * 10 ** power for power in range(12) for step in (2, 5, 10))
    return next(step for step in steps
                if 9 + (longest - 9) // step + ((longest - 9) % step != 0) < 75)


def groups_of(longest):
    if longest <= 75:
        return [(i, i) for i in range(1, longest + 1)]
    step, groups, first = interval_of(longest), [], 1
    while first <= longest:
        last = first + step - 1
        if first < 10:
            last = first
        if first == 10 and step > 10:
            last = step - 1
        groups.append((first, min(last, longest)))
        first = last + 1
    return groups


def median(values):
    """Of a sorted list."""
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2


def n_of(lengths, tenths):
    """(length, number of reads) at which the longest reads hold so many tenths of all bases."""
    held = 0
    for count, length in enumerate(sorted(lengths, reverse=True), 1):
        held += length
        if 10 * held >= tenths * sum(lengths) and length:
            return length, count
    return 0, len(lengths)


def lengths_of(reads):
    lengths = sorted(len(bases) for _, bases, _ in reads)
    if not lengths:
        return None
    half = (len(lengths) + 1) // 2
    return {"min": lengths[0], "mean": sum(lengths) / len(lengths), "q1": median(lengths[:half]),
            "median": median(lengths), "q3": median(lengths[-half:]), "max": lengths[-1],
            "n50": n_of(lengths, 5)[0], "n50_reads": n_of(lengths, 5)[1],
            "n90": n_of(lengths, 9)[0],
            "reads_by_length": [list(pair) for pair in sorted(Counter(lengths).items())]}


def at_positions(reads, offset):
    """For each position, from 1: a Counter of (kind, score)."""
    longest = max((len(bases) for _, bases, _ in reads), default=0)
    cells = [Counter() for _ in range(longest)]
    for _, bases, quality in reads:
        for cell, base, character in zip(cells, bases, quality):
            cell[kind(base), ord(character) - offset] += 1
    return cells


def scores_of(cell):
    scores = Counter()
    for (_, score), n in cell.items():
        scores[score] += n
    return scores


def quantile(scores, percent):
    wanted, passed = sum(scores.values()) * percent // 100, 0
    if wanted == 0:
        return 0
    for score in sorted(scores):
        passed += scores[score]
        if passed >= wanted:
            return score
    return None


def spread(cells, pooled):
    """Mean, median, quartiles, deciles of a group: means over its positions, or of all its bases."""
    sets = [scores_of(cell) for cell in cells]
    if pooled:
        sets = [sum(sets, Counter())]
    sets = [scores for scores in sets if scores]
    rich = [scores for scores in sets if sum(scores.values()) > 100]
    figures = {"mean": sum(sum(q * n for q, n in s.items()) / sum(s.values()) for s in sets) /
                       len(sets) if sets else 0}
    for name, percent in (("median", 50), ("lower_quartile", 25), ("upper_quartile", 75),
                          ("decile_1", 10), ("decile_9", 90)):
        figures[name] = sum(quantile(s, percent) for s in rich) / len(rich) if rich else None
    return figures


def gc_of(reads):
    """Reads by percentage of GC, as FastQC spreads them."""
    spreads, percents = {}, [0.0] * 101
    half_up = lambda x: math.floor(x + 0.5)
    for _, bases, _ in reads:
        n = len(bases)
        n = n // 1000 * 1000 if n > 1000 else n // 100 * 100 if n > 100 else n
        if not n:
            continue
        if n not in spreads:
            ranges = [(half_up(max(gc - 0.5, 0) * 100 / n), half_up(min(gc + 0.5, n) * 100 / n))
                      for gc in range(n + 1)]
            claims = Counter(p for low, high in ranges for p in range(low, high + 1))
            spreads[n] = ranges, claims
        ranges, claims = spreads[n]
        low, high = ranges[sum(base in "GCgc" for base in bases[:n])]
        for p in range(low, high + 1):
            percents[p] += 1 / claims[p]
    return percents


def level_of(count):
    bounds = [10, 50, 100, 500, 1000, 5000, 10000]
    return count - 1 if count < 10 else 9 + sum(count > bound for bound in bounds[1:])


def duplication_of(reads):
    counts = Counter(bases[:50].upper() for _, bases, _ in reads)
    percent = [0.0] * len(LEVELS)
    for n in counts.values():
        percent[level_of(n)] += 100 * n / len(reads)
    shared = sorted(((-n, sequence) for sequence, n in counts.items()
                     if 1000 * n > len(reads)))
    return counts, percent, [(sequence, -n) for n, sequence in shared]


def adapters_of(reads):
    """For each adapter, the positions (from 1) at which reads hold it first."""
    found = [[] for _ in ADAPTERS]
    for _, bases, _ in reads:
        for places, adapter in zip(found, ADAPTERS):
            place = bases.upper().find(adapter)
            if place >= 0:
                places.append(place + 1)
    return found


def tiles_of(reads, offset, groups):
    """{tile: mean score of each group less that of all tiles}, or {}."""
    sums = {}
    for row, (name, bases, quality) in enumerate(reads):
        if len(bases) > 659:
            return {}
        if not bases or (row >= 10000 and (row + 1) % 10):
            continue
        fields = name.split(":")
        field = fields[4] if len(fields) >= 7 else fields[2] if len(fields) >= 5 else ""
        if not field.isdigit():
            return {}
        cells = sums.setdefault(int(field), [[0, 0] for _ in range(groups[-1][1])])
        for cell, character in zip(cells, quality):
            cell[0] += ord(character) - offset
            cell[1] += 1
    means = {}
    for tile, cells in sums.items():
        means[tile] = []
        for first, last in groups:
            some = [total / n for total, n in cells[first - 1:last] if n]
            means[tile].append(sum(some) / len(some) if some else 0)
    middle = [sum(column) / len(means) for column in zip(*means.values())]
    return {tile: [a - b for a, b in zip(row, middle)] for tile, row in means.items()}


def long_reads_of(reads, offset):
    edges = [step * 10 ** power for power in range(2, 8) for step in (10, 15, 20, 30, 50, 70)]
    counts = Counter()
    for _, bases, quality in reads:
        if len(bases) < 1000:
            continue
        error = sum(10 ** -((ord(c) - offset) / 10) for c in quality) / len(quality)
        score = math.floor(-10 * math.log10(error) + 1e-9)
        counts[max(edge for edge in edges if edge <= len(bases)), score] += 1
    return counts
