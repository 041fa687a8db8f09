#!/usr/bin/env python3
"""What README shows works: its program against the installed library, its Python on the result.

    test_readme.py --source DIRECTORY --build DIRECTORY --cmake CMAKE --cc CC [--pkg-config COMMAND]

Installs the build into a temporary directory, builds the C program of README against it by
find_package and by pkg-config, converts the sample, and runs the Python of README on the result.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def block(readme, language):
    """The first fenced block of README in that language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", readme, flags=re.S | re.M)
    if not found:
        sys.exit(f"README.md has no block in {language}")
    return found.group(1)


def run(*command, code=0, **options):
    """Standard output and error of a command that must end with `code`."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode != code:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}, not {code}\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def must_say(text, words):
    if words not in text:
        sys.exit(f"\"{words}\" is missing in what was said: {text!r}")


def build_by_find_package(arguments, readme, directory, prefix):
    (directory / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(mine LANGUAGES C)\nadd_executable(mine)\n"
        + "target_sources(mine PRIVATE mine.c)\n" + block(readme, "cmake"))
    run(arguments.cmake, "-S", directory, "-B", directory / "build",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_C_COMPILER={arguments.cc}")
    run(arguments.cmake, "--build", directory / "build")
    return directory / "build" / "mine"


def build_by_pkg_config(arguments, directory, prefix):
    places = [str(path.parent) for path in prefix.rglob("parfastq.pc")]
    flags, _ = run(arguments.pkg_config, "--cflags", "--libs", "parfastq",
                   env={**os.environ, "PKG_CONFIG_PATH": ":".join(places)})
    run(arguments.cc, directory / "mine.c", *flags.split(), "-o", directory / "mine")
    return directory / "mine"


def try_program(program, data, libraries):
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries}
    said, _ = run(program, data / "sample_R1.fastq", env=environment)
    must_say(said, "290896 bases")
    _, said = run(program, data / "bad_length.fastq", code=1, env=environment)
    must_say(said, "bad_length.fastq:8: record 2, byte ")


def try_python(readme, directory):
    try:
        import h5py  # noqa: F401
    except ImportError:
        print(f"{sys.executable} has no h5py: the Python of README is not tried")
        return
    said, _ = run(sys.executable, "-c", block(readme, "python"), cwd=directory)
    must_say(said, "reads 2000 of 100 to 151 bases")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for option in ("--source", "--build"):
        parser.add_argument(option, type=Path, required=True)
    for option in ("--cmake", "--cc"):
        parser.add_argument(option, required=True)
    parser.add_argument("--pkg-config")
    arguments = parser.parse_args()
    readme = (arguments.source / "README.md").read_text()
    data = arguments.source / "tests" / "data"
    with tempfile.TemporaryDirectory() as name:
        directory, prefix = Path(name), Path(name) / "installed"
        (directory / "mine.c").write_text(block(readme, "c"))
        run(arguments.cmake, "--install", arguments.build, "--prefix", prefix)
        libraries = ":".join({str(path.parent) for path in prefix.rglob("libparfastq*")})
        try_program(build_by_find_package(arguments, readme, directory, prefix), data, libraries)
        if arguments.pkg_config:
            try_program(build_by_pkg_config(arguments, directory, prefix), data, libraries)
        run(arguments.build / "parfastq", "convert", "-o", directory / "reads.h5",
            data / "sample_R1.fastq")
        try_python(readme, directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
