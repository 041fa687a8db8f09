#!/usr/bin/env python3
"""How long `parfastq convert` of one big plain file would take on many ranks, and what grows first.

    scale_model.py [--build BUILD --mpiexec MPIRUN --reads READS.fastq] [--bytes 300e9] [...]

No cluster was at hand, so this is a model. What is counted or measured: how often ranks talk in a
round, by kind of call (bench_scale_calls, at two numbers of ranks, which must agree: a call more for
each rank would show), what HDF5 takes for a chunk (bench_assemble), what a core encodes. What is
assumed is a parameter: the network, the file system, the cores of a rank. With --build it is counted
and measured anew; else the numbers of tests/bench/README.md are taken.

Terms, for P ranks: a collective of few words takes log2(P) latencies; what comes together on a rank
also takes its bytes; ranks open files one after the other at the server of metadata; reading, encoding
and writing overlap, so the slowest of them counts; at the end the places of all chunks go to rank 0,
which has HDF5 write the tables.

One gzip stream, in parallel without an index, needs more talk: windows, places and checksums that are
joined over ranks, in ceil(log2(P)) steps each. "windows" is that, for as much text, and "in a row" what it
was when windows went from rank to rank, and all ranks heard of all chunks.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

CHUNK_BYTES = 256 << 10
PLACE_BYTES = 32
PROBE_BYTES = 16 << 10
COLUMNS = 5
TABLE_WORDS = 6  # of each rank and mate, in the table of a round
PLAN_WORDS = 4
WORD_SECONDS = 1e-9  # to add up a word of a table

# Of one gzip stream; seconds as measured (tests/bench/README.md).
WINDOW_BYTES = 32 << 10
ORIGINS_BYTES = 64 << 10
CHUNK_WORDS, CHECK_WORDS = 11, 10
JOIN_SECONDS = 23e-6  # two blocks of origins
TELL_SECONDS = 18e-6  # a chunk's own origins
PASS_SECONDS, PASS_SECONDS_BEFORE = 3e-6, 27e-6  # a window through a chunk
FOLD_SECONDS = 0.84e-6  # two checksums

# Of a round and a rank, as counted; chunk_seconds as measured (tests/bench/README.md).
COUNTED = {"reduce": 5, "scan": 3, "gather": 2, "gather_all": 1, "deal": 1, "message": 4,
           "all_to_all": 0}
CHUNK_SECONDS = 1.7e-6


# ---- counting and measuring ----

def output_of(words, environment=None):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        sys.exit(f"{words}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def calls_of_run(arguments, reads, ranks, slice_bytes, directory):
    """Calls of each kind by all ranks together."""
    library = next((arguments.build / "tests/bench").glob("*bench_scale_calls.so"))
    out = output_of([arguments.mpiexec, "-n", ranks, "env", f"LD_PRELOAD={library}",
                     arguments.build / "parfastq", "convert", "-q", "-f", "-t", 1, "--inflate",
                     "parallel", "--slice-size", slice_bytes, "-o", directory / "out.h5", reads])
    return {line.split()[1]: int(line.split()[2]) for line in out.splitlines()
            if line.startswith("calls ")}


def count_calls(arguments, ranks, reads=None, text=None):
    """Of a round and a rank: what a run with more rounds says more than one with fewer."""
    reads = reads or arguments.reads
    text = text or reads.stat().st_size
    rounds = (4, 16)
    with tempfile.TemporaryDirectory() as directory:
        few, many = (calls_of_run(arguments, reads, ranks, math.ceil(text / (n * ranks)),
                                  Path(directory)) for n in rounds)
    # Rounds end at records, so a run may have one more than asked for: "scan" tells how many.
    return {kind: (many[kind] - few[kind]) / (rounds[1] - rounds[0]) / ranks for kind in few}


def measure(arguments):
    ranks = (4, 16)
    counted = [count_calls(arguments, n) for n in ranks]
    print("calls of a rank in a round:")
    for kind in counted[0]:
        print(f"  {kind:12}" + "".join(f"{n:6} ranks: {calls[kind]:5.2f}"
                                       for n, calls in zip(ranks, counted)))
    with tempfile.TemporaryDirectory() as directory:
        out = output_of([arguments.build / "tests/bench/bench_assemble",
                         Path(directory) / "out.h5", 200000])
    seconds = 1e-6 * float(out.split()[1])
    print(f"HDF5: {1e6 * seconds:.2f} us for each chunk\n")
    return counted[-1], seconds


# One stretch of each column to the next rank, its count and itself, and what waited there before.
MOST_MESSAGES = 4
SCANS = 3  # of a round
JOINS = 3  # of one gzip stream: places, windows, checksums
SMALLEST_SLICE = 16 << 10  # of which a chunk of a gzip file is made


def count_gzip(arguments, ranks):
    """The same for one stream of gzip, of blocks so short that every chunk holds many."""
    text = arguments.reads.read_bytes()
    text *= math.ceil(16 * ranks * SMALLEST_SLICE / len(text))
    packer = zlib.compressobj(6, zlib.DEFLATED, 31, 1)
    with tempfile.TemporaryDirectory() as directory:
        reads = Path(directory) / "reads.fastq.gz"
        reads.write_bytes(packer.compress(text) + packer.flush())
        counted = count_calls(arguments, ranks, reads, len(text))
    rounds = counted["scan"] / SCANS  # chunks are no shorter than they may be, so fewer than asked for
    return {kind: calls / rounds for kind, calls in counted.items()}


def check(arguments):
    """Does a rank say as much among many as among few, and nothing to all? For one stream of gzip: does it
    say no more than a message for each join and bit of the number of ranks, and nothing of single chunks?"""
    few, many = (count_calls(arguments, ranks) for ranks in (4, 16))
    wrong = [kind for kind in few if kind != "message" and abs(few[kind] - many[kind]) > 0.3]
    if many["all_to_all"] or many["message"] > MOST_MESSAGES:
        wrong += ["all_to_all", "message"]
    print(f"4 ranks: {few}\n16 ranks: {many}")
    ranks = 8
    packed = count_gzip(arguments, ranks)
    print(f"{ranks} ranks, gzip: {packed}")
    if packed["gather_all"] > many["gather_all"] + 1.3:  # one more where text is dealt out
        wrong += ["gather_all of gzip"]
    if packed["message"] > MOST_MESSAGES + 1 + JOINS * math.ceil(math.log2(ranks)):
        wrong += ["message of gzip"]
    return f"a call more for each rank: {wrong}" if wrong else 0


# ---- the model ----

def tell(arguments, counted, ranks, all_to_all):
    """Seconds of talking in a round."""
    steps = math.ceil(math.log2(ranks))
    tree = steps * arguments.latency
    each = {kind: tree for kind in ("reduce", "scan")}
    each["gather"] = tree + ranks * 8 * PLAN_WORDS / arguments.network
    each["gather_all"] = (tree + ranks * 8 * TABLE_WORDS / arguments.network
                          + ranks * TABLE_WORDS * WORD_SECONDS)
    each["deal"] = tree + ranks * 4 / arguments.network + ranks * WORD_SECONDS
    each["message"] = arguments.latency
    replaced = ("message", "deal") if all_to_all else ()
    talk = sum(counted.get(kind, 0) * seconds for kind, seconds in each.items()
               if kind not in replaced)
    talk += COLUMNS * CHUNK_BYTES / 2 / arguments.network  # the parts of chunks that travel
    talk += 3 * ranks * WORD_SECONDS  # counts, of which nearly all are 0
    if all_to_all:  # one of counts, one of items
        talk += 2 * ranks * arguments.overhead
    return talk


def windows(arguments, ranks):
    """Seconds in a round for what is known along one gzip stream, joined; and in a row."""
    steps = math.ceil(math.log2(ranks))
    chunks = arguments.cores
    share = steps * (arguments.latency + WINDOW_BYTES / arguments.network)
    joined = (JOINS + 2) * steps * arguments.latency
    joined += steps * (ORIGINS_BYTES / arguments.network + 2 * JOIN_SECONDS + 2 * FOLD_SECONDS)
    joined += arguments.latency + WINDOW_BYTES / arguments.network  # the last one, to rank 0
    joined += chunks * (TELL_SECONDS + PASS_SECONDS + 2 * FOLD_SECONDS)
    row = ranks * (arguments.latency + WINDOW_BYTES / arguments.network
                   + chunks * PASS_SECONDS_BEFORE) + share
    row += 2 * steps * arguments.latency + ranks * chunks * FOLD_SECONDS
    row += ranks * chunks * (CHUNK_WORDS + CHECK_WORDS) * (8 / arguments.network + WORD_SECONDS)
    return joined, row


def predict(arguments, counted, chunk_seconds, ranks):
    usual = min(max(8 << 20, (4 << 20) * arguments.cores), 64 << 20)
    slice_bytes = min(arguments.slice or usual, math.ceil(arguments.bytes / ranks))
    rounds = math.ceil(arguments.bytes / (slice_bytes * ranks))
    chunks = arguments.bytes / CHUNK_BYTES  # columns are about as large as the text
    nodes = max(1, ranks * arguments.cores / arguments.node_cores)
    node = nodes * arguments.node_network
    encode = arguments.bytes / (ranks * arguments.cores * arguments.rate)
    read = arguments.bytes / min(arguments.read, node)
    write = arguments.bytes * arguments.stored / min(arguments.write, node)
    joined, row = windows(arguments, ranks)
    return {"rounds": rounds, "windows": rounds * joined, "in a row": rounds * row,
            "encode": encode, "read": read, "write": write,
            "probe": rounds * arguments.probe,
            "talk": rounds * tell(arguments, counted, ranks, False),
            "all-to-all": rounds * tell(arguments, counted, ranks, True),
            "open": 2 * ranks / arguments.opens,
            "places": chunks * PLACE_BYTES / arguments.network + ranks * arguments.overhead,
            "HDF5": chunks * chunk_seconds}


ADDED = ("probe", "talk", "open", "places", "HDF5")


def total(terms):
    return max(terms[name] for name in ("encode", "read", "write")) + sum(terms[n] for n in ADDED)


def grows(before, after):
    """The added term that has grown most from one line to the next."""
    return max(ADDED, key=lambda name: after[name] - before[name])


def number(text):
    return float(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=Path, help="where bench_assemble and the others are built")
    parser.add_argument("--mpiexec", default="mpirun")
    parser.add_argument("--reads", type=Path, help="some megabytes of FASTQ, to count calls with")
    parser.add_argument("--ranks", default="16,64,256,1024,4096")
    for name, standard, help_text in (
            ("bytes", 300e9, "text to convert"),
            ("cores", 8, "of a rank"),
            ("slice", 0, "bytes of text a rank holds in a round; 0 is what convert would take"),
            ("node-cores", 64, "of a node"),
            ("rate", 0.9e9, "bytes of text that a core parses and encodes in a second (measured)"),
            ("stored", 0.19, "bytes stored for a byte of text (measured)"),
            ("latency", 2e-6, "seconds of a small message"),
            ("overhead", 0.5e-6, "seconds in which a rank sends or receives the next small message"),
            ("network", 5e9, "bytes a second, of a rank"),
            ("node-network", 12e9, "bytes a second between a node and the file system"),
            ("read", 100e9, "bytes a second, of the file system"),
            ("write", 50e9, "bytes a second, of the file system"),
            ("probe", 1e-3, "seconds of a small read somewhere in the file, by all ranks at once"),
            ("opens", 20e3, "files a second that the server of metadata opens")):
        parser.add_argument("--" + name, type=number, default=standard,
                            help=f"{help_text} (default {standard:g})")
    parser.add_argument("--check", action="store_true",
                        help="with --build: only see that calls do not grow with ranks")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(check(arguments))
    counted, chunk_seconds = measure(arguments) if arguments.build else (COUNTED, CHUNK_SECONDS)

    columns = ["encode", "read", "write", *ADDED]
    print(f"| ranks | rounds | {' | '.join(columns)} | total, s | talk with all-to-all | grows most | "
          "windows | in a row |")
    print("|---" * (len(columns) + 7) + "|")
    before = None
    for ranks in map(int, arguments.ranks.split(",")):
        terms = predict(arguments, counted, chunk_seconds, ranks)
        cells = " | ".join(f"{terms[name]:.3g}" for name in columns)
        print(f"| {ranks:,} | {terms['rounds']} | {cells} | {total(terms):.3g} | "
              f"{terms['all-to-all']:.3g} | {grows(before, terms) if before else '-'} | "
              f"{terms['windows']:.3g} | {terms['in a row']:.3g} |")
        before = terms


if __name__ == "__main__":
    main()
