#!/usr/bin/env bash
# Measures parfastq beside what the machine can do at best and the tools people use instead; prints tables.
#
#     bash tests/bench/run.sh [--bytes N] [--runs N] [--only CONTEST,...] [READS.fastq[.gz] ...]
#
# Builds in build-bench/, makes the texts (N bytes each, 1e9), and takes everything in turn (5 runs); the files named are
# measured besides, as they are. The contests: stages, counting, quality, converting, sizes, inflating, growing,
# starting, looking_up. Leaves build-bench/bench.md and bench.json. See suite.py for the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=jobs/install.sh
source jobs/install.sh
allow_ranks_here

build_in build-bench -DCMAKE_BUILD_TYPE=Release >/dev/null
targets=(bench_limits bench_parser parfastq_command)
for optional in bench_start bench_inflate bench_codec bench_lookup; do
    if cmake --build build-bench --target help | grep -q "$optional"; then
        targets+=("$optional")
    fi
done
cmake --build build-bench --target "${targets[@]}" >/dev/null
static=()
if build_in build-bench/static -DCMAKE_BUILD_TYPE=Release -DPFQ_TESTS=OFF -DHDF5_USE_STATIC_LIBRARIES=ON \
    >build-bench/static.log 2>&1; then
    static=(--static "$PWD/build-bench/static/parfastq")
fi
exec "$(python_with_h5py)" tests/bench/suite.py --build build-bench --out build-bench "${static[@]}" "$@"
