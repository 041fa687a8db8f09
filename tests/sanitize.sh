#!/usr/bin/env bash
# Builds with sanitizers and runs the tests under them. Installs nothing.
#
#     bash tests/sanitize.sh [address] [thread] [valgrind] [ctest option]...        default: address thread
#
# address   gcc's or clang's address, leak and undefined behaviour sanitizers: unit tests, fuzz targets over their seeds,
#           and everything that runs ranks, at 1 and 3 of them
# thread    clang's, with its OpenMP runtime: the layers in which threads meet
# valgrind  memcheck over the unit tests of a plain build
#
# What is suppressed, and why, is in tests/support. Tests of signals are left out: they must meet a run at a moment, and
# faults are what a sanitizer takes for its own. The exit code is 0 if nothing was found, 1 if something was, 3 if a
# tool is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=jobs/install.sh
source jobs/install.sh

kinds=() options=()
for word in "$@"; do
    case $word in
    address | thread | valgrind) kinds+=("$word") ;;
    *) options+=("$word") ;;
    esac
done
[ "${#kinds[@]}" -gt 0 ] || kinds=(address thread)

needs() {
    command -v "$1" >/dev/null && return 0
    echo "tests/sanitize.sh: $1 is not installed" >&2
    exit 3
}

allow_ranks_here
for kind in "${kinds[@]}"; do
    echo "== $kind"
    mkdir -p "build-$kind"
    case $kind in
    address)
        compiler=$(command -v clang || command -v gcc)
        build_in build-address -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_C_COMPILER=$compiler" \
            -DPFQ_SANITIZE=address,undefined >build-address/log 2>&1 || { tail -n 30 build-address/log; exit 1; }
        ctest --test-dir build-address -j2 --output-on-failure -L 'unit|fuzz|mpi' -LE 'slurm|bench' -E '_(2|5)$|errors/signals_' \
            "${options[@]}"
        ;;
    thread)
        needs clang
        build_in build-thread -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang -DPFQ_SANITIZE=thread \
            -DPFQ_HDF5=OFF >build-thread/log 2>&1 || { tail -n 30 build-thread/log; exit 1; }
        ctest --test-dir build-thread -j2 --output-on-failure -R '^(threads|input|parse)/' -E '_(2|5)$' "${options[@]}"
        ;;
    valgrind)
        needs valgrind
        # No kernel here knows more than valgrind does, which stops at AVX-512.
        build_in build-valgrind -DCMAKE_BUILD_TYPE=RelWithDebInfo >build-valgrind/log 2>&1 ||
            { tail -n 30 build-valgrind/log; exit 1; }
        PFQ_SIMD=scalar ctest --test-dir build-valgrind -j2 --output-on-failure -L unit --overwrite \
            MemoryCheckCommandOptions="--error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite -q" \
            -T memcheck "${options[@]}"
        ;;
    esac
done
