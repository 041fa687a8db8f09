#!/usr/bin/env bash
# Builds with sanitizers and runs the tests under them. Installs nothing.
#
#     bash tests/sanitize.sh [--short] [address] [thread] [valgrind] [ctest option]...      default: address thread
#
# address   gcc's or clang's address, leak and undefined behaviour sanitizers: unit tests, fuzz targets over their seeds,
#           and everything that runs ranks, at 1 and 3 of them
# thread    clang's, with its OpenMP runtime: the layers in which threads meet
# valgrind  memcheck over the unit tests of a plain build, without those in Python
#
# --short   what tests/run.sh has the time for: of `address` the unit tests, some tests of ranks at 1 and 3 of them,
#           and a run of each command at as many
#
# What is suppressed, and why, is in tests/support. Tests of signals are left out: they must meet a run at a moment, and
# faults are what a sanitizer takes for its own. Warnings are errors where the compiler is clang 14. The exit code is 0 if
# nothing was found, 1 if something was, 3 if a tool is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=jobs/install.sh
source jobs/install.sh

kinds=() options=() short=
for word in "$@"; do
    case $word in
    address | thread | valgrind) kinds+=("$word") ;;
    --short) short=yes ;;
    *) options+=("$word") ;;
    esac
done
[ "${#kinds[@]}" -gt 0 ] || kinds=(address thread)

needs() {
    command -v "$1" >/dev/null && return 0
    echo "tests/sanitize.sh: $1 is not installed" >&2
    exit 3
}

# build DIRECTORY OPTION...: silent, but for the end of the log of a build that fails. So little optimization compiles in
# half the time, and names more frames.
build() {
    mkdir -p "$1"
    build_in "$1" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O1 "${@:2}" >"$1/log" 2>&1 && return 0
    tail -n 30 "$1/log"
    exit 1
}

run_tests() {
    ctest --test-dir "$@" -j2 --output-on-failure "${options[@]}"
}

werror=()
if [[ "$(clang --version 2>/dev/null)" == *"version 14."* ]]; then
    werror=(-DPFQ_WERROR=ON)
fi

allow_ranks_here
for kind in "${kinds[@]}"; do
    echo "== $kind"
    case $kind in
    address)
        compiler=$(command -v clang || command -v gcc)
        build build-address "-DCMAKE_C_COMPILER=$compiler" -DPFQ_SANITIZE=address,undefined "${werror[@]}"
        if [ "$short" ]; then
            rooms='base|cli|codec|fastq|filter|gzip|input|plan|qc|report|run|scan|team|threads|unpack'
            run_tests build-address -E '_(2|5)$' \
                -R "^($rooms)/test_|^store/test_(extents|open|index|reader_1)|^parse/test_ways|^cli/every_command"
        else
            run_tests build-address -L 'unit|fuzz|mpi' -LE 'slurm|bench' -E '_(2|5)$|errors/signals_'
        fi
        ;;
    thread)
        needs clang
        build build-thread -DCMAKE_C_COMPILER=clang -DPFQ_SANITIZE=thread -DPFQ_HDF5=OFF "${werror[@]}"
        run_tests build-thread -R '^(threads|input|parse)/' -E '_(2|5)$'
        ;;
    valgrind)
        needs valgrind
        build build-valgrind "-DCMAKE_C_FLAGS=-O1 -g"
        # No kernel here knows more than valgrind does, which stops at AVX-512 and has no room for a text of 2^40 bytes.
        PFQ_SIMD=scalar run_tests build-valgrind -L unit -E 'h5py|parse/test_far' --overwrite MemoryCheckCommand="$(command -v valgrind)" --overwrite \
            MemoryCheckCommandOptions="--error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite -q" \
            -T memcheck
        ;;
    esac
done
