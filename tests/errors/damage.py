"""Nasty FASTQ, valid at first, and ways to damage it.

A file is a list of records, a record a list of four lines with their line ends, so that a damage
can say which line of which record it hits.
"""

BASES = b"ACGTNacgtn.-*RYK"
QUALITIES = bytes(range(33, 127))
ENDS = (b"\n", b"\n", b"\n", b"\r\n")


def quality_line(random, size, name):
    """A quality line that would like to be taken for something else."""
    kind = random.randrange(6)
    if kind == 0:
        return b"@" * size
    if kind == 1:
        return b"+" * size
    line = bytes(random.choice(QUALITIES) for _ in range(size))
    if kind == 2 and size > len(name) and b" " not in name:
        return (b"@" + name + line)[:size]
    if kind in (3, 4):
        return (random.choice((b"@", b"+")) + line)[:size]
    return line


def make_name(random, i):
    kind = random.randrange(8)
    if kind == 0:
        return b""
    if kind == 1:
        return random.choice((b"@", b"+", b"@+", b"ACGT", b"+ +")) * random.randrange(1, 4)
    return b"r%d %s" % (i, bytes(random.choice(BASES) for _ in range(random.randrange(9))))


def make_records(random, n, longest=60, crlf=True, name_of=None):
    """n valid records of 0 to `longest` bases."""
    records = []
    for i in range(n):
        size = random.choice((0, 1, 1, 2, random.randrange(longest + 1), longest))
        name = name_of(i) if name_of else make_name(random, i)
        quality = quality_line(random, size, name)
        if random.random() < 0.1 and quality and 0 < len(name) and b" " not in name:
            quality = b"@" + name  # a quality line equal to its own header
        bases = bytes(random.choice(BASES) for _ in range(len(quality)))
        plus = b"+" + (name if random.random() < 0.15 else b"")
        lines = [b"@" + name, bases, plus, quality]
        records.append([line + (random.choice(ENDS) if crlf else b"\n") for line in lines])
    return records


def text_of(records):
    return b"".join(line for record in records for line in record)


def split(line):
    """A line as (text, end)."""
    text = line.rstrip(b"\n")
    text = text[:-1] if text.endswith(b"\r") else text
    return text, line[len(text):]


def fold(random, line, width=None):
    """A line as several lines with the same ends: `width` of its text on each, or anything."""
    text, end = split(line)
    pieces, at = [], 0
    while at < len(text):
        size = width or random.randrange(1, 9)
        pieces.append(text[at:at + size])
        at += size
    return (end or b"\n").join(pieces) + end if pieces else line


def wrapped(random, records):
    """The same records with bases and qualities wrapped: mostly all to one width, or each to its
    own, or to any; or only one of the two."""
    one = random.choice((1, 2, 3, 5, 7, 60))
    even = random.random() < 0.6
    folded = []
    for record in records:
        width = one if even else random.choice((None, 1, 2, 4, 60))
        parts = random.choice(((1, 3),) * (98 if even else 4) + ((1,), (3,), ()))
        folded.append([fold(random, line, width) if part in parts else line
                       for part, line in enumerate(record)])
    return folded


# ---- damages: each takes the records, a number of one of them, and returns a text ----

def edit(part, change):
    """A damage that changes the text of one line of the record."""
    def damage(random, records, at):
        records = [list(record) for record in records]
        text, end = split(records[at][part])
        records[at][part] = change(random, text) + end
        return text_of(records)
    return damage


def put(byte):
    """A change that puts a byte into a line, over another one if there is one."""
    def change(random, text):
        place = random.randrange(len(text) + 1)
        return text[:place] + bytes([byte]) + text[place + 1:]
    return change


def put_behind_first(byte):
    def change(random, text):
        place = random.randrange(1, len(text) + 1)
        return text[:place] + bytes([byte]) + text[place:]
    return change


def cut_off(random, records, at):
    """The file ends somewhere in the record."""
    before, record = text_of(records[:at]), text_of(records[at:at + 1])
    return before + record[:random.randrange(1, len(record))]


def cut_off_behind_line(lines):
    def damage(random, records, at):
        kept = b"".join(records[at][:lines])
        return text_of(records[:at]) + (kept if random.random() < 0.5 else kept.rstrip(b"\r\n"))
    return damage


def with_lines(change):
    """A damage that changes the list of all lines, near the record."""
    def damage(random, records, at):
        lines = [line for record in records for line in record]
        change(random, lines, 4 * at + random.randrange(4))
        return b"".join(lines)
    return damage


def swap_lines(random, lines, i):
    other = min(i + 1, len(lines) - 1)
    lines[i], lines[other] = lines[other], lines[i]


def with_bytes(change):
    """A damage that changes the text at some byte of the record."""
    def damage(random, records, at):
        text = text_of(records)
        begin, size = len(text_of(records[:at])), len(text_of(records[at:at + 1]))
        place = begin + random.randrange(size)
        return change(random, text[:place], text[place:])
    return damage


def blank_before(count):
    def damage(random, records, at):
        blank = b"".join(random.choice(ENDS) for _ in range(count))
        return text_of(records[:at]) + blank + text_of(records[at:])
    return damage


def plus_before_bases(random, records, at):
    """Bases that begin with '+', behind a quality line that begins with '@': to one who comes from
    the middle, that quality line is a header."""
    records = [list(record) for record in records]
    records[at][1] = b"+" + records[at][1]
    name, bases, plus, quality = (split(line) for line in records[at - 1])
    if at and bases[0]:
        records[at - 1][3] = b"@" + quality[0][1:] + quality[1]
    return text_of(records)


def riddle(random, lines, i):
    """Lines of which nobody can tell, without what comes before, where a record begins."""
    words = (b"@", b"@", b"+", b"+", b"@x", b"+x", b"A", b"@+", b"+@", b"")
    lines[i:i] = [random.choice(words) + b"\n" for _ in range(random.randrange(1, 120))]


DAMAGES = {
    "bases that begin with + behind a quality line that begins with @": plus_before_bases,
    "a riddle": with_lines(riddle),
    "no @": edit(0, lambda random, text: text[1:]),
    "another mark than @": edit(0, lambda random, text: b"+" + text[1:]),
    "no +": edit(2, lambda random, text: text[1:]),
    "bases instead of +": edit(2, lambda random, text: b"ACGT"),
    "a quality value less": edit(3, lambda random, text: text[1:] or b"I"),
    "a quality value more": edit(3, lambda random, text: text + b"@"),
    "no quality values": edit(3, lambda random, text: b"" if text else b"+"),
    "a base less": edit(1, lambda random, text: text[1:] or b"A"),
    "a digit among the bases": edit(1, put(ord("1"))),
    "a space among the bases": edit(1, put(ord(" "))),
    "a NUL among the bases": edit(1, put(0)),
    "a CR among the bases": edit(1, put(ord("\r"))),
    "a high byte among the bases": edit(1, put(0xC1)),
    "DEL among the qualities": edit(3, put(127)),
    "a space among the qualities": edit(3, put(32)),
    "a high byte among the qualities": edit(3, put(0xE9)),
    "a NUL in the name": edit(0, put_behind_first(0)),
    "a + line with another name": edit(2, lambda random, text: text + b"x"),
    "a + line with a name cut short": edit(2, lambda random, text: text[:-1] if len(text) > 2
                                           else b"+no"),
    "a blank line before": blank_before(1),
    "three blank lines before": blank_before(3),
    "two hundred blank lines before": blank_before(200),
    "an end in the record": cut_off,
    "an end behind the header": cut_off_behind_line(1),
    "an end behind the bases": cut_off_behind_line(2),
    "an end behind the + line": cut_off_behind_line(3),
    "a line less": with_lines(lambda random, lines, i: lines.pop(i)),
    "two lines less": with_lines(lambda random, lines, i: lines.__delitem__(slice(i, i + 2))),
    "a line twice": with_lines(lambda random, lines, i: lines.insert(i, lines[i])),
    "two lines swapped": with_lines(swap_lines),
    "a byte less": with_bytes(lambda random, before, after: before + after[1:]),
    "a newline more": with_bytes(lambda random, before, after: before + b"\n" + after),
    "any byte more": with_bytes(lambda random, before, after:
                                before + bytes([random.randrange(1, 256)]) + after),
    "a long line of bases": with_bytes(lambda random, before, after:
                                       before + b"A" * random.randrange(50, 3000) + after),
}


def spots(random, n):
    """Numbers of records to damage: the first, the last, one in the middle, any."""
    return random.choice((0, n - 1, n // 2, random.randrange(n)))


def with_tail(random, text):
    """A text that may lack its last newline or end in blank lines."""
    kind = random.randrange(5)
    if kind == 0:
        return text.rstrip(b"\r\n")
    if kind == 1:
        return text + b"".join(random.choice(ENDS) for _ in range(random.randrange(1, 90)))
    return text


def as_they_are(random, records):
    return records


def damaged(random, kind, change=as_they_are):
    """A file of random size, changed (by `wrapped`, say), and damaged once."""
    n = random.choice((1, 2, 3, 10, random.randrange(10, 60), 60))
    records = make_records(random, n, longest=random.choice((5, 40, 60, 400)),
                           crlf=random.random() < 0.3)
    text = DAMAGES[kind](random, change(random, records), spots(random, n))
    return with_tail(random, text) if random.random() < 0.2 else text


def damaged_often(random, change=as_they_are):
    """A file with several bad records."""
    pieces = []
    for _ in range(random.randrange(2, 6)):
        records = make_records(random, random.randrange(2, 25), longest=random.choice((5, 60, 300)),
                               crlf=random.random() < 0.3)
        kind = random.choice((*sorted(DAMAGES), "a riddle", "a riddle"))
        pieces.append(DAMAGES[kind](random, change(random, records), spots(random, len(records))))
    return with_tail(random, b"".join(pieces))
