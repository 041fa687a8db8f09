#!/usr/bin/env bash
# Builds with gcc and with clang, without optimization and with all of it, warnings being errors, and runs the unit tests
# of each; and builds what there is without MPI and without HDF5. Installs nothing.
#
#     bash tests/builds.sh
#
# The exit code is 0 if all of it is built and passes, else that of the first that does not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=jobs/install.sh
source jobs/install.sh

# build COMPILER FLAGS OPTION...: into build-builds, anew.
build() {
    echo "== $*"
    rm -rf build-builds
    mkdir build-builds
    build_in build-builds -DPFQ_WERROR=ON -DCMAKE_BUILD_TYPE=None "-DCMAKE_C_COMPILER=$1" "-DCMAKE_C_FLAGS=$2" "${@:3}" \
        >build-builds/log 2>&1 || { tail -n 30 build-builds/log; exit 1; }
}

allow_ranks_here
for compiler in gcc clang; do
    for flags in -O0 -O3; do
        build "$compiler" "$flags"
        ctest --test-dir build-builds -j2 --output-on-failure -L unit
    done
    build "$compiler" -O3 -DHDF5_USE_STATIC_LIBRARIES=ON
    ctest --test-dir build-builds -j2 --output-on-failure -L unit
    build "$compiler" -O3 -DPFQ_MPI=OFF
    build "$compiler" -O3 -DPFQ_HDF5=OFF
    build "$compiler" -O3 -DPFQ_MPI=OFF -DPFQ_HDF5=OFF
done
