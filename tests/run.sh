#!/usr/bin/env bash
# Installs what the tests need, builds in build-test/, and runs them all.
#
#     bash tests/run.sh [ctest option]...      for example: -L unit, -R corpus
#
# The exit code is ctest's; 3 if packages are missing and cannot be installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=jobs/install.sh
source jobs/install.sh

install_missing "${PACKAGES_TO_BUILD[@]}" "${PACKAGES_TO_READ[@]}" "${PACKAGES_TO_TEST[@]}"
build_in build-test -DCMAKE_BUILD_TYPE=Release -DPFQ_TESTS=ON
allow_ranks_here
ctest --test-dir build-test -j2 --output-on-failure "$@"
