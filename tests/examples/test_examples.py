#!/usr/bin/env python3
"""Each example builds against the installed library, in every way to find it, and says what it should.

    test_examples.py --source DIRECTORY --build DIRECTORY --cmake CMAKE --cc CC [--cxx CXX]
                     [--pkg-config COMMAND] [--mpicc CC --mpiexec COMMAND] [--core GENERATOR]

The programs in this directory are what a user would write: they see the installed headers and the
package, and nothing of the source. They are built against the shared and the static library, where
each is installed, by find_package and by pkg-config. Those that include <mpi.h> are built and run
where MPI is. With --core, what is installed is not the build, but one that is made for the purpose:
the core, without MPI and HDF5.

Besides, both libraries must show what the headers declare and nothing else, and the shared one must
have a name that its version follows from.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

from test_readme import must_say, run

sys.path.insert(0, str(Path(__file__).parent.parent / "layers"))
from layers import public_declarations  # noqa: E402

PACKAGE = """cmake_minimum_required(VERSION 3.20)
project(examples LANGUAGES C)
set(CMAKE_C_STANDARD 11)
find_package(parfastq REQUIRED {kind})
"""
MPI_PACKAGE = "find_package(MPI REQUIRED COMPONENTS C)\n"
EXAMPLE = """add_executable({name} {source})
target_link_libraries({name} PRIVATE parfastq::parfastq {more})
"""
WARNINGS = ["-Wall", "-Wextra", "-Werror"]

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

# What the core says to those who ask for more, and to those who ask what it is.
CORE_RUNS = [
    (["convert", "-o", "out.h5", "=sample_R1.fastq"], 2, "has no HDF5 (PFQ_HDF5=OFF)"),
    (["export", "-o", "out.fastq", "in.h5"], 2, "has no HDF5 (PFQ_HDF5=OFF)"),
    (["info", "in.h5"], 2, "has no HDF5 (PFQ_HDF5=OFF)"),
    (["--help"], 0, "no HDF5: convert, export and info are refused"),
    (["version", "--verbose"], 0, "HDF5: none"),
    (["version", "--verbose"], 0, "MPI: none"),
    (["validate", "=sample_R1.fastq"], 0, "2000 records"),
    (["plan", "=sample_R1.fastq"], 0, "sample_R1.fastq\t0\t0\t0\t"),
]


def needs_mpi(source):
    return "<mpi.h>" in source.read_text()


# ---- building ----


def build_core(arguments, directory):
    """The core, built from the source; where."""
    build = directory / "core"
    run(arguments.cmake, "-S", arguments.source, "-B", build, "-G", arguments.core,
        "-DPFQ_MPI=OFF", "-DPFQ_HDF5=OFF", "-DPFQ_TESTS=OFF", "-DPFQ_WERROR=ON",
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_C_COMPILER={arguments.cc}")
    run(arguments.cmake, "--build", build, "--parallel", "2")
    return build


def build_by_find_package(arguments, sources, kind, directory, prefix):
    text = PACKAGE.format(kind=f"COMPONENTS {kind}") + (MPI_PACKAGE if arguments.mpicc else "")
    for source in sources:
        text += EXAMPLE.format(name=source.stem, source=source.as_posix(),
                               more="MPI::MPI_C" if needs_mpi(source) else "")
    (directory / "CMakeLists.txt").write_text(text)
    run(arguments.cmake, "-S", directory, "-B", directory, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_C_COMPILER={arguments.cc}", f"-DCMAKE_C_FLAGS={' '.join(WARNINGS)}")
    run(arguments.cmake, "--build", directory)


def pkg_config(arguments, kind, prefix):
    """Flags to compile and link with. Where both libraries are, -l takes the shared one."""
    places = ":".join(str(path.parent) for path in prefix.rglob("parfastq.pc"))
    words, _ = run(arguments.pkg_config, *(["--static"] if kind == "static" else []), "--cflags",
                   "--libs", "parfastq", env={**os.environ, "PKG_CONFIG_PATH": places})
    name = "-lparfastq" if kind == "shared" else "-l:libparfastq.a"
    return [name if word == "-lparfastq" else word for word in words.split()]


def build_by_pkg_config(arguments, sources, kind, directory, prefix):
    flags = pkg_config(arguments, kind, prefix)
    for source in sources:
        run(arguments.mpicc if needs_mpi(source) else arguments.cc, "-std=c11", "-D_GNU_SOURCE",
            *WARNINGS, source, *flags, "-o", directory / source.stem)


def build_as_cxx(arguments, kind, directory, prefix):
    program = directory / "program.cc"
    program.write_text("#include <parfastq/parfastq.h>\n"
                       "int main() { return pfq_version()[0] == '\\0'; }\n")
    flags = pkg_config(arguments, kind, prefix)
    run(arguments.cxx, "-std=c++11", *WARNINGS, program, *flags, "-o", directory / "program")
    return directory / "program"


# ---- looking at the libraries ----


def declared(prefix):
    """The functions that the installed headers declare."""
    headers = sorted((prefix / "include" / "parfastq").glob("*.h"))
    return {name for header in headers
            for _, name, _ in public_declarations(header.read_text())}


def shown(library):
    """The global symbols of a library that a C program could name."""
    which = "--extern-only" if library.suffix == ".a" else "--dynamic"
    said, _ = run("nm", "--defined-only", "--format=posix", which, library)
    names = [line.split()[0] for line in said.splitlines() if len(line.split()) > 2]
    return {name for name in names if re.match(r"[A-Za-z_]", name)}


def check_symbols(library, prefix):
    surplus, missing = shown(library) - declared(prefix), declared(prefix) - shown(library)
    if surplus or missing:
        sys.exit(f"{library.name} shows {sorted(surplus)}, which no header declares, and lacks "
                 f"{sorted(missing)}, which one does")


def check_shared(library, core):
    said, _ = run("readelf", "--dynamic", "--wide", library)
    if not re.search(r"\(SONAME\).*\[libparfastq\.so\.\d+\.\d+\]", said):
        sys.exit(f"{library.name} has no soname of its version: {said}")
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", said)
    if core and any(re.search(r"mpi|hdf5|isal", name) for name in needed):
        sys.exit(f"the core needs {needed}")


# ---- the claims ----


def try_examples(arguments, built, directory, environment):
    data = arguments.source / "tests" / "data"
    for example, words, code, ranks, expected in RUNS:
        if example not in built or (arguments.core and example == "store_reader"):
            continue
        launcher = [arguments.mpiexec, "-n", ranks] if ranks else []
        places = {"=": "", "+": f"{directory.parent}/"}
        given = [places[word[0]] + word[1:] if word[0] in places else data / word
                 for word in words]
        said = run(*launcher, directory / example, *given, code=code, env=environment)
        must_say("".join(said), expected)


def try_core(arguments, prefix, directory):
    data = arguments.source / "tests" / "data"
    for words, code, expected in CORE_RUNS:
        given = [data / word[1:] if word[0] == "=" else word for word in words]
        said = run(prefix / "bin" / "parfastq", *given, code=code, cwd=directory)
        must_say("".join(said), expected)


def try_library(arguments, library, directory, prefix):
    """One library, in both ways to find it."""
    kind = "static" if library.suffix == ".a" else "shared"
    sources = [source for source in sorted(Path(__file__).parent.glob("*.c"))
               if arguments.mpicc or not needs_mpi(source)]
    built = {source.stem for source in sources}
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library.parent)}
    for way, build in (("cmake", build_by_find_package), ("pkg-config", build_by_pkg_config)):
        if way == "pkg-config" and not arguments.pkg_config:
            continue
        place = directory / f"{kind}-{way}"
        place.mkdir()
        build(arguments, sources, kind, place, prefix)
        try_examples(arguments, built, place, environment)
    if arguments.cxx and arguments.pkg_config:
        run(build_as_cxx(arguments, kind, directory, prefix), env=environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option in ("--source", "--build"):
        parser.add_argument(option, type=Path, required=True)
    for option in ("--cmake", "--cc"):
        parser.add_argument(option, required=True)
    for option in ("--cxx", "--pkg-config", "--mpicc", "--mpiexec", "--core"):
        parser.add_argument(option)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory, prefix = Path(name), Path(name) / "installed"
        build = build_core(arguments, directory) if arguments.core else arguments.build
        run(arguments.cmake, "--install", build, "--prefix", prefix)
        libraries = [path for suffix in ("a", "so")
                     for path in sorted(prefix.rglob(f"libparfastq.{suffix}"))]
        if not libraries:
            sys.exit("no library was installed")
        if not arguments.core:
            run(arguments.build / "parfastq", "convert", "-q", "--index-names", "-o",
                directory / "sample_R1.h5",
                arguments.source / "tests" / "data" / "sample_R1.fastq")
        for library in libraries:
            check_symbols(library, prefix)
            if library.suffix == ".so":
                check_shared(library, arguments.core)
            try_library(arguments, library, directory, prefix)
        if arguments.core:
            try_core(arguments, prefix, directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
