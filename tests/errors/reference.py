"""A serial FASTQ reader that shares nothing with parfastq but the definition of the format.

It holds the whole text, cuts it at newlines, and judges one record after the other, in the order a
person would: is the line there, does it begin as it must, do the lengths agree, and only then the
contents. What it says about a file is what parfastq must say for any ranks, slices and threads.
Multi-line text, whose bases and qualities may be wrapped, it reads by the length rule.
"""

from collections import namedtuple

NAME, BASES, PLUS, QUALITY = range(4)
CR = (1, 2, 4, 8)  # the style bits of a CR behind each of the four lines
PLUS_NAME, NO_NEWLINE, WRAPPED_BASES, WRAPPED_QUALITY = 16, 32, 64, 128
WRAPPED = WRAPPED_BASES | WRAPPED_QUALITY
GROUP_BITS = 255 & ~NO_NEWLINE  # what the style of a whole group can say

LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-."
BASE = bytes(1 if byte in LETTERS else 0 for byte in range(256))

Line = namedtuple("Line", "start text cr ended")
# line: of the header, from 1. width: of all lines of a wrapped record, 0 if it is not one.
Record = namedtuple("Record", "byte name bases quality style line width", defaults=[None])
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
    return Record(four[NAME].start, name[1:], bases, quality, style, at + 1), None


def next_header(lines, at):
    """The first of lines[at:] that looks like a header; len(lines) if none does."""
    for i in range(at, len(lines) - 2):
        if lines[i].text.startswith(b"@") and lines[i + 2].text.startswith(b"+"):
            return i
    return len(lines)


# ---- multi-line ----

def is_bases(text):
    return all(BASE[byte] for byte in text)


def take_bases(lines, at):
    """(where the '+' line is, None), or (None, (line of the record, words))."""
    if at == len(lines):
        return None, (1, "no line of bases")
    end, empty = at + 1, not lines[at].text
    while end < len(lines):
        text = lines[end].text
        if text.startswith(b"+"):
            return end, None
        if empty or not text or not is_bases(text):
            return None, (end - at + 1, "expected more bases or the '+' line")
        end += 1
    return None, (end - at + 1, "no '+' line")


def take_quality(lines, at, wanted, after_newline):
    """(end of the lines of qualities, None), or (None, (line from `at`, words))."""
    if at == len(lines):
        return (at, None) if after_newline and not wanted else (
            None, (0, "no line of quality values"))
    end, have = at, 0
    while end == at or have < wanted:
        if end == len(lines):
            return None, (end - 1 - at, f": {wanted} bases but {have} quality values")
        have += len(lines[end].text)
        if have > wanted or (wanted and not lines[end].text):
            return None, (end - at, f": {wanted} bases but {have} quality values")
        end += 1
    return end, None


def wrapped_contents(lines, at, plus, end, quality_range):
    for i in range(at + 1, plus):
        wrong = content_fault(b"", lines[i].text, b"", b"", quality_range)
        if wrong:
            return i - at, wrong[1]
    wrong = content_fault(lines[at].text, b"", lines[plus].text, b"", quality_range)
    if wrong:
        return (0 if wrong[0] == NAME else plus - at), wrong[1]
    for i in range(plus + 1, end):
        wrong = content_fault(b"", b"", b"", lines[i].text, quality_range)
        if wrong:
            return i - at, wrong[1]
    return None


def width_of(*parts):
    """The one width of the parts that have several lines, their last one apart; else 0."""
    widths = set()
    for part in parts:
        if len(part) > 1:
            widths.update(len(line.text) for line in part[:-1])
            if len(part[-1].text) > len(part[0].text) or len({line.cr for line in part}) > 1:
                return 0
    return widths.pop() if len(widths) == 1 else 0


def wrapped_record_at(lines, at, quality_range):
    """(record, end, None), or (None, end, fault) where end is None if nobody can tell it."""
    if not lines[at].text:
        return None, None, (NAME, "a blank line")
    if not lines[at].text.startswith(b"@"):
        return None, None, (NAME, "expected a header that begins with '@'")
    plus, wrong = take_bases(lines, at + 1)
    if wrong:
        return None, None, wrong
    bases = lines[at + 1:plus]
    joined = b"".join(line.text for line in bases)
    end, wrong = take_quality(lines, plus + 1, len(joined), lines[plus].ended)
    if wrong:
        return None, None, (plus + 1 - at + wrong[0], wrong[1])
    wrong = wrapped_contents(lines, at, plus, end, quality_range)
    if wrong:
        return None, end, wrong
    quality = lines[plus + 1:end]
    none = [Line(None, b"", False, False)]
    four = lines[at], bases[0], lines[plus], (quality or none)[0]
    style = sum(bit for bit, line in zip(CR, four) if line.cr)
    style += PLUS_NAME * (len(lines[plus].text) > 1)
    style += NO_NEWLINE * (not (quality or none)[-1].ended)
    style += WRAPPED_BASES * (len(bases) > 1) + WRAPPED_QUALITY * (len(quality) > 1)
    return Record(lines[at].start, lines[at].text[1:], joined,
                  b"".join(line.text for line in quality), style, at + 1,
                  width_of(bases, quality)), end, None


def next_wrapped_header(lines, at):
    """The first of lines[at:] that begins with '@' and is followed by lines of bases (or one empty
    line) and a line that begins with '+'; len(lines) if none is."""
    for i in range(at, len(lines)):
        if not lines[i].text.startswith(b"@"):
            continue
        end = i + 1
        while end < len(lines) and lines[end].text and is_bases(lines[end].text):
            end += 1
        if end == i + 1 and end < len(lines) and not lines[end].text:
            end += 1
        if i + 1 < end < len(lines) and lines[end].text.startswith(b"+"):
            return i
    return len(lines)


def line_width(records):
    """What the attribute line_width of multi-line text is."""
    widths = {record.width for record in records if record.style & WRAPPED}
    return widths.pop() if len(widths) == 1 else 0


# ---- both ----

def judge_at(lines, at, quality_range, multiline):
    """(record, where to go on, fault): of a bad record where no end is known, at the next header."""
    if multiline:
        record, end, wrong = wrapped_record_at(lines, at, quality_range)
        return record, end if end is not None else next_wrapped_header(lines, at + 1), wrong
    record, wrong = record_at(lines, at, quality_range)
    return record, at + 4 if record else next_header(lines, at + 1), wrong


def read(text, quality_range=(33, 126), multiline=False):
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
        record, end, wrong = judge_at(lines, at, quality_range, multiline)
        if record:
            records.append(record)
        else:
            number = len(records) + len(faults) + 1
            faults.append(Fault(at + wrong[0] + 1, number, lines[at].start, wrong[1]))
        at = end
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

    def __init__(self, paths, texts, multiline=False):
        self.rows, self.fault, self.fault_path = [], None, None
        for path, text in zip(paths, texts):
            reading = read(text, multiline=multiline)
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
                return path, Fault(record.line, index + 1, record.byte, "is not the mate of")
        row += 1
    for mate, has_row in zip(mates, there):
        if not has_row and mate.fault:
            return mate.fault_path, mate.fault
    for mate, has_row in zip(mates, there):
        if has_row:
            path, index, record = mate.rows[row]
            return path, Fault(record.line, index + 1, record.byte, "has no mate")
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
