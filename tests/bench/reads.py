"""The texts that are measured: made reads of four kinds, always the same, and files of the user's repeated."""
import itertools

import numpy

BLOCK_BYTES = 64 << 20  # is made once, then repeated: far more than any window of a compressor


def binned(random, reads, bases):
    """Four levels of quality, as NovaSeq writes them: most bases are F, lower ones come in runs and at the end."""
    levels = numpy.frombuffer(b"#,:F", numpy.uint8)
    state = numpy.full(reads, 3, numpy.int8)
    out = numpy.empty((reads, bases), numpy.uint8)
    for i in range(bases):
        draw = random.random(reads, numpy.float32)
        fall = draw < 0.02 + 0.06 * i / bases
        rise = draw > 0.35
        state = numpy.where(fall, state - 1, numpy.where(rise, state + 2, state)).clip(0, 3).astype(numpy.int8)
        out[:, i] = levels[state]
    return out


def full(random, reads, bases):
    """Forty levels, as older machines write them: a walk that falls along the read and jumps now and then."""
    mean = 38 - 10 * (numpy.arange(bases) / bases) ** 2
    level = numpy.full(reads, 37.0, numpy.float32)
    out = numpy.empty((reads, bases), numpy.uint8)
    for i in range(bases):
        step = random.normal(0, 1.2, reads).astype(numpy.float32)
        jump = numpy.where(random.random(reads, numpy.float32) < 0.04, -12, 0)
        level = (level + 0.5 * (mean[i] - level) + step + jump).clip(2, 41)
        out[:, i] = numpy.rint(level + 33)
    return out


def short_reads(bases, qualities):
    """Yields records of one length with the names of an Illumina machine."""
    random = numpy.random.default_rng(bases)
    letters = numpy.frombuffer(b"ACGT", numpy.uint8)
    for number in itertools.count(step=20000):
        sequence = letters[random.integers(0, 4, (20000, bases), numpy.uint8)]
        quality = qualities(random, 20000, bases)
        sequence[quality == ord("#")] = ord("N")
        places = random.integers(1000, 32000, (20000, 2))
        for i in range(20000):
            tile = 1101 + (number + i) // 8000 % 78
            yield b"@A00123:45:HPFQ7DSX5:%d:%d:%d:%d 1:N:0:ATTACTCG+TATAGCCT\n%b\n+\n%b\n" % (
                (number + i) // 624000 % 4 + 1,
                tile,
                places[i, 0],
                places[i, 1],
                sequence[i].tobytes(),
                quality[i].tobytes(),
            )


def long_reads():
    """Yields records of 500 to 100,000 bases with the names and qualities of a nanopore."""
    random = numpy.random.default_rng(3)
    letters = numpy.frombuffer(b"ACGT", numpy.uint8)
    for number in itertools.count():
        bases = int(random.lognormal(8.8, 0.8))
        bases = min(max(bases, 500), 100000)
        sequence = letters[random.integers(0, 4, bases, numpy.uint8)]
        quality = random.gamma(4, 4, bases).clip(1, 50).astype(numpy.uint8) + 33
        name = random.bytes(16).hex()
        name = "-".join((name[:8], name[8:12], name[12:16], name[16:20], name[20:]))
        yield b"@%b runid=8f1d0c2ab6e94f57a3 read=%d ch=%d start_time=2026-11-01T%02d:%02d:%02dZ\n%b\n+\n%b\n" % (
            name.encode(),
            number,
            number % 512 + 1,
            number // 3600 % 24,
            number // 60 % 60,
            number % 60,
            sequence.tobytes(),
            quality.tobytes(),
        )


KINDS = {
    "illumina 150, binned": lambda: short_reads(150, binned),
    "illumina 150, full": lambda: short_reads(150, full),
    "illumina 100, binned": lambda: short_reads(100, binned),
    "long reads": long_reads,
}


def make(path, kind, total):
    """Writes at least `total` bytes of whole records of a kind; returns how many records."""
    block, size = [], 0
    for record in KINDS[kind]():
        block.append(record)
        size += len(record)
        if size >= min(total, BLOCK_BYTES):
            break
    return len(block) * repeat(path, b"".join(block), total)


def repeat(path, block, total):
    """Writes a block over and over until there are at least `total` bytes; returns how many times."""
    times = max(-(-total // len(block)), 1)
    with open(path, "wb") as file:
        for _ in range(times):
            file.write(block)
    return times
