"""A serial FASTQ reader that shares nothing with parfastq but the definition of the format.

It holds the whole text, cuts it at newlines, and judges one record after the other, in the order a
person would: is the line there, does it begin as it must, do the lengths agree, and only then the
contents. What it says about a file is what parfastq must say for any ranks, slices and threads.
"""

from collections import namedtuple

NAME, BASES, PLUS, QUALITY = range(4)
CR = (1, 2, 4, 8)  # the style bits of a CR behind each of the four lines
PLUS_NAME, NO_NEWLINE = 16, 32
GROUP_BITS = 31  # what the style of a whole group can say

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-."
BASE = bytes(1 if byte in LETTERS else 0 for byte in range(256))

Line = namedtuple("Line", "start text cr ended")
Record = namedtuple("Record", "byte name bases quality style")
# line and record count from 1, byte from 0; `words` are in the sentence that describes the fault.
Fault = namedtuple("Fault", "line record byte words")
Reading = namedtuple("Reading", "records faults tail")


def lines_of(text):
    """The lines of a text; a last one without a newline counts unless it is empty."""
    lines, start = [], 0
    for piece in text.split(b"\n"):
        cr = piece.endswith(b"\r")
        lines.append(Line(start, piece[:-1] if cr else piece, cr, True))
        start += len(piece) + 1
    last = lines.pop()
    if last.start < len(text):
        lines.append(last._replace(ended=False))
    return lines


def shape_fault(lines, at):
    """(line of the record, words) if lines[at:] do not have the shape of a record, or None."""
    missing = ("no header", "no line of bases", "no '+' line", "no line of quality values")
    for part in range(4):
        if at + part == len(lines):
            if part == QUALITY and not lines[at + BASES].text and lines[at + PLUS].ended:
                return None
            return part, missing[part]
        text = lines[at + part].text
        if part == NAME and not text:
            return NAME, "a blank line"
        if part == NAME and not text.startswith(b"@"):
            return NAME, "expected a header that begins with '@'"
        if part == PLUS and not text.startswith(b"+"):
            return PLUS, "expected the '+' line"
    bases, quality = len(lines[at + BASES].text), len(lines[at + QUALITY].text)
    if bases != quality:
        return QUALITY, f": {bases} bases but {quality} quality values"
    return None


def content_fault(name, bases, plus, quality, quality_range):
    for i, byte in enumerate(bases):
        if not BASE[byte]:
            return BASES, f"at position {i + 1} is not a base"
    if 0 in name:
        return NAME, "a NUL byte in the name"
    if len(plus) > 1 and plus[1:] != name[1:]:
        return PLUS, "the '+' line repeats another name"
    low, high = quality_range
    for i, byte in enumerate(quality):
        if not low <= byte <= high:
            return QUALITY, f"at position {i + 1} is not a quality value"
    return None


def record_at(lines, at, quality_range):
    """(record, None), or (None, (line of the record, words)), of what begins at lines[at]."""
    wrong = shape_fault(lines, at)
    if wrong:
        return None, wrong
    four = lines[at:at + 4]
    if len(four) == 3:  # an empty quality line that the file ends before
        four.append(Line(None, b"", False, False))
    name, bases, plus, quality = (line.text for line in four)
    wrong = content_fault(name, bases, plus, quality, quality_range)
    if wrong:
        return None, wrong
    style = sum(bit for bit, line in zip(CR, four) if line.cr)
    style += PLUS_NAME * (len(plus) > 1) + NO_NEWLINE * (not four[QUALITY].ended)
    return Record(four[NAME].start, name[1:], bases, quality, style), None


def next_header(lines, at):
    """The first of lines[at:] that looks like a header; len(lines) if none does."""
    for i in range(at, len(lines) - 2):
        if lines[i].text.startswith(b"@") and lines[i + 2].text.startswith(b"+"):
            return i
    return len(lines)


def read(text, quality_range=(33, 126)):
    """Everything in a text: good records, faults, and the blank lines at its end. Behind a bad
    record, reading goes on at the next line that looks like a header."""
    lines = lines_of(text)
    blank_from = len(lines)
    while blank_from and not lines[blank_from - 1].text:
        blank_from -= 1
    records, faults, at = [], [], 0
    while at < len(lines):
        if at >= blank_from:
            return Reading(records, faults, text[lines[at].start:])
        record, wrong = record_at(lines, at, quality_range)
        if record:
            records.append(record)
            at += 4
            continue
        number = len(records) + len(faults) + 1
        faults.append(Fault(at + wrong[0] + 1, number, lines[at].start, wrong[1]))
        at = next_header(lines, at + 1)
    return Reading(records, faults, b"")


# ---- mates ----

def name_key(name):
    """What mates' names have in common, without a final number in the manner of ".1"."""
    for blank in (b" ", b"\t"):
        name = name.split(blank)[0]
    if len(name) > 2 and name[-2:-1] == b"/" and name[-1:] in (b"1", b"2", b"3", b"4"):
        name = name[:-2]
    return name


def names_agree(first, other, mate):
    """Do these two names, of mate 1 and of mate `mate`, belong together?"""
    a, b = name_key(first), name_key(other)
    dotted = a[:-2] == b[:-2] and len(a) > 2 and a.endswith(b".1") and b.endswith(b".%d" % mate)
    return a == b or dotted


class Lanes:
    """The files of one mate, read one after the other; a bad record ends them."""

    def __init__(self, paths, texts):
        self.rows, self.fault, self.fault_path = [], None, None
        for path, text in zip(paths, texts):
            reading = read(text)
            before = reading.faults[0].byte if reading.faults else len(text)
            for i, record in enumerate(reading.records):
                if record.byte < before:
                    self.rows.append((path, i, record))
            if reading.faults:
                self.fault, self.fault_path = reading.faults[0], path
                break


def fault_of_mates(mates):
    """(path, fault) that a reader meets first who takes one record of each mate in turn and then
    compares them; or None. `mates` is a list of Lanes."""
    row = 0
    while True:
        there = [row < len(mate.rows) for mate in mates]
        if not all(there):
            break
        for number, mate in enumerate(mates[1:], 2):
            path, index, record = mate.rows[row]
            if not names_agree(mates[0].rows[row][2].name, record.name, number):
                return path, Fault(4 * index + 1, index + 1, record.byte, "is not the mate of")
        row += 1
    for mate, has_row in zip(mates, there):
        if not has_row and mate.fault:
            return mate.fault_path, mate.fault
    for mate, has_row in zip(mates, there):
        if has_row:
            path, index, record = mate.rows[row]
            return path, Fault(4 * index + 1, index + 1, record.byte, "has no mate")
    return None


def deal(lanes):
    """Interleaved reads as two mates. A fault belongs to the mate whose turn it was."""
    mates = [Lanes([], []), Lanes([], [])]
    for i, row in enumerate(lanes.rows):
        mates[i % 2].rows.append(row)
    if lanes.fault:
        mate = mates[len(lanes.rows) % 2]
        mate.fault, mate.fault_path = lanes.fault, lanes.fault_path
    return mates
