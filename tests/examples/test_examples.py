#!/usr/bin/env python3
"""Each example builds against the installed library and says what it should.

    test_examples.py --source DIRECTORY --build DIRECTORY --cmake CMAKE --cc CC [--mpiexec COMMAND]

The programs in this directory are what a user would write: they see the installed headers and the
package, and nothing of the source. Those that include <mpi.h> are built and run where MPI is.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from test_readme import must_say, run

PACKAGE = """cmake_minimum_required(VERSION 3.20)
project(examples LANGUAGES C)
set(CMAKE_C_STANDARD 11)
find_package(parfastq REQUIRED)
"""
MPI_PACKAGE = "find_package(MPI REQUIRED COMPONENTS C)\n"
EXAMPLE = """add_executable({name} {source})
target_link_libraries({name} PRIVATE parfastq::parfastq {more})
"""

# The program, its arguments below tests/data (=: as it is; +: converted here), its exit code, ranks
# (0: none), what it says.
RUNS = [
    ("gc_content", ["sample_R1.fastq"], 0, 0, " of 290896 bases are G or C"),
    ("gc_content", ["bad_length.fastq"], 1, 0, "bad_length.fastq:8: record 2, byte 18: "),
    ("long_reads", ["long_reads.fastq", "=1000"], 0, 0, "\n"),
    ("progress_bar", ["sample_R1.fastq"], 0, 0, "2000 records, 290896 bases, 100 % done"),
    ("error_list", ["several_bad.fastq"], 1, 0, "(chunk 0)"),
    ("kmers", ["sample_R1.fastq", "sample_R2.fastq"], 0, 3, " 4-mers, "),
    ("gather", ["sample_R1.fastq"], 0, 3, "2000 records on rank 0, the last is "),
    ("store_reader", ["+sample_R1.h5", "=A00123:45:HPFQ7DSX5:1:1101:1806:22664"], 0, 0,
     "mean quality 35.99\nrow 100: CAGGCCAGTCGCATTATC"),
    ("store_reader", ["sample_R1.fastq", "=x"], 1, 0, "sample_R1.fastq: not an HDF5 file"),
]


def needs_mpi(source):
    return "<mpi.h>" in source.read_text()


def build(arguments, here, directory, prefix):
    sources = [source for source in sorted(here.glob("*.c"))
               if arguments.mpiexec or not needs_mpi(source)]
    text = PACKAGE + (MPI_PACKAGE if arguments.mpiexec else "")
    for source in sources:
        text += EXAMPLE.format(name=source.stem, source=source.as_posix(),
                               more="MPI::MPI_C" if needs_mpi(source) else "")
    (directory / "CMakeLists.txt").write_text(text)
    run(arguments.cmake, "-S", directory, "-B", directory / "build",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={arguments.cc}",
        "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror")
    run(arguments.cmake, "--build", directory / "build")
    return {source.stem for source in sources}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option in ("--source", "--build"):
        parser.add_argument(option, type=Path, required=True)
    for option in ("--cmake", "--cc"):
        parser.add_argument(option, required=True)
    parser.add_argument("--mpiexec")
    arguments = parser.parse_args()
    data = arguments.source / "tests" / "data"
    with tempfile.TemporaryDirectory() as name:
        directory, prefix = Path(name), Path(name) / "installed"
        run(arguments.cmake, "--install", arguments.build, "--prefix", prefix)
        run(arguments.build / "parfastq", "convert", "-q", "--index-names", "-o",
            directory / "sample_R1.h5", data / "sample_R1.fastq")
        built = build(arguments, Path(__file__).parent, directory, prefix)
        libraries = ":".join({str(path.parent) for path in prefix.rglob("libparfastq*")})
        environment = {**os.environ, "LD_LIBRARY_PATH": libraries}
        for example, words, code, ranks, expected in RUNS:
            if example not in built:
                continue
            launcher = [arguments.mpiexec, "-n", ranks] if ranks else []
            places = {"=": "", "+": f"{directory}/"}
            given = [places[word[0]] + word[1:] if word[0] in places else data / word
                     for word in words]
            said = run(*launcher, directory / "build" / example, *given, code=code,
                       env=environment)
            must_say("".join(said), expected)
    return 0


if __name__ == "__main__":
    sys.exit(main())
