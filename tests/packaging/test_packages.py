#!/usr/bin/env python3
"""Packages: two builds in different directories give the same bytes, the .deb names what its files need, and
what it holds runs from wherever it is put, in a module's environment too.

    test_packages.py --source DIRECTORY --cmake CMAKE --cpack CPACK --cc CC --generator GENERATOR

The recipes for Spack and EasyBuild are read, and must name what CMake looks for.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
STAMP = "1700000000"
FILES = ("parfastq", "src/libparfastq.a", "src/libparfastq.so")
# What CMake looks for, and how the recipes call it.
DEPENDENCIES = ("hdf5", "hwloc", "libdeflate", "zstd", "bzip2", "xz", "cmake")


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def must(condition, words):
    if not condition:
        sys.exit(words)


def build(arguments, directory):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": STAMP}
    run(arguments.cmake, "-S", arguments.source, "-B", directory, "-G", arguments.generator, "-DPFQ_TESTS=OFF",
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_C_COMPILER={arguments.cc}", env=environment)
    run(arguments.cmake, "--build", directory, "--parallel", "2", env=environment)
    run(arguments.cpack, "-G", "DEB;TGZ", cwd=directory, env=environment)


def check_same(one, two):
    names = [*FILES, *(path.name for pattern in ("*.deb", "*.tar.gz") for path in one.glob(pattern))]
    must(len(names) == len(FILES) + 2, f"not two packages: {names}")
    for name in names:
        must((one / name).read_bytes() == (two / name).read_bytes(), f"{name} depends on where it is built")


def check_deb(deb, directory, data):
    needs = run("dpkg-deb", "-f", deb, "Depends")
    for name in ("libc6", "libdeflate0", "libhdf5", "libgomp1"):
        must(name in needs, f"{name} is not among what the package needs: {needs}")
    run("dpkg-deb", "-x", deb, directory)
    prefix = directory / "usr"
    run(prefix / "bin" / "parfastq", "validate", "-q", data / "sample_R1.fastq")
    for name in ("share/man/man1/parfastq.1", "share/bash-completion/completions/parfastq",
                 "share/parfastq/jobs/convert.sbatch", "lib/libparfastq.a", "include/parfastq/parfastq.h"):
        must((prefix / name).exists(), f"{name} is not in the package")
    return prefix


def check_module(prefix):
    """The module file of Tcl, with the words of a module command given a meaning here."""
    tclsh = shutil.which("tclsh")
    if not tclsh:
        return
    module = next((prefix / "share" / "modulefiles" / "parfastq").glob("*[0-9]"))
    words = (f"set ModulesCurrentModulefile {module}; proc module-whatis args {{}}; proc conflict args {{}}; "
             "proc prepend-path {name value} { puts \"$name=$value\" }; "
             "proc setenv {name value} { puts \"$name=$value\" }; source $ModulesCurrentModulefile")
    places = dict(line.split("=", 1) for line in run(tclsh, input=words).splitlines())
    must(Path(places["PARFASTQ_ROOT"]) == prefix, f"the module says the prefix is {places['PARFASTQ_ROOT']}")
    must((Path(places["PATH"]) / "parfastq").exists(), f"no command in {places['PATH']}")
    must((Path(places["PKG_CONFIG_PATH"]) / "parfastq.pc").exists(), f"nothing in {places['PKG_CONFIG_PATH']}")


def check_recipes(directory):
    spack = (directory / "spack" / "package.py").read_text()
    named = {re.split(r"[@ ]", call.args[0].value)[0] for call in ast.walk(ast.parse(spack))
             if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "depends_on"}
    must(set(DEPENDENCIES) <= named, f"Spack's recipe lacks {set(DEPENDENCIES) - named}")
    for path in (directory / "easybuild").glob("*.eb"):
        values = {"SOURCE_TAR_GZ": "%(name)s-%(version)s.tar.gz"}
        exec(compile(path.read_text(), path, "exec"), values)  # an easyconfig is Python
        named = {row[0].lower() for row in values["dependencies"] + values["builddependencies"]}
        must(set(DEPENDENCIES) <= named, f"{path.name} lacks {set(DEPENDENCIES) - named}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--source", type=Path, required=True)
    for option in ("--cmake", "--cpack", "--cc", "--generator"):
        parser.add_argument(option, required=True)
    arguments = parser.parse_args()
    check_recipes(arguments.source / "cmake" / "packaging")
    if not shutil.which("dpkg-shlibdeps"):
        print("skipped: no dpkg-shlibdeps (Debian: dpkg-dev)")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        one, two = Path(name) / "one", Path(name) / "elsewhere" / "two"
        build(arguments, one)
        build(arguments, two)
        check_same(one, two)
        prefix = check_deb(next(one.glob("*.deb")), Path(name) / "root", arguments.source / "tests" / "data")
        check_module(prefix)
    return 0


if __name__ == "__main__":
    sys.exit(main())
