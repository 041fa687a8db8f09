#!/usr/bin/env bash
# Installs what the tests need, builds in build-test/, and runs them all; then some of them once more under sanitizers,
# and the analysers over the sources.
#
#     bash tests/run.sh                      all of it
#     bash tests/run.sh [ctest option]...    tests alone, as the options say; for example: -L unit, -R corpus
#
# The sources are held to the compilers and analysers of Debian 12. There a warning is an error, and a check that finds
# something, or cannot be run, is a failure; elsewhere what analysers find is shown and does not count.
#
# PFQ_RUN_SECONDS in the environment is how long all of it may take: a check that is not over by then is ended, and the
# last lines say which. The exit code is ctest's; 1 if a check found something; 3 if packages are missing and cannot be
# installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=jobs/install.sh
source jobs/install.sh

held=
if grep -qs '^ID=debian' /etc/os-release && grep -qs '^VERSION_ID="12"' /etc/os-release; then
    held=yes
fi

install_missing "${PACKAGES_TO_BUILD[@]}" "${PACKAGES_TO_READ[@]}" "${PACKAGES_TO_TEST[@]}"
build_in build-test -DCMAKE_BUILD_TYPE=Release -DPFQ_TESTS=ON "-DPFQ_WERROR=${held:+ON}"
allow_ranks_here
# Two tests of ranks on two cores: they wait for the launcher for much of their time.
at_once=$((2 * $(nproc)))
if [ $# -gt 0 ]; then
    exec ctest --test-dir build-test -j"$at_once" --output-on-failure "$@"
fi
code=0
ctest --test-dir build-test -j"$at_once" --output-on-failure | tee build-test/ctest.log || code=$?

# ---- the checks ----

told=()

# verdict STATUS ALWAYS: what became of a check, in words; 1 if that is a failure.
verdict() {
    case $1 in
    0) echo "clean" ;;
    124) echo "not over in time" ;;
    3)
        echo "could not be run"
        [ -z "$held" ]
        ;;
    *)
        echo "found something, see above"
        [ -z "$held$2" ]
        ;;
    esac
}

# check NAME ALWAYS COMMAND...: a check whose findings count everywhere (ALWAYS is not empty) or where the tools are ours.
check() {
    local name=$1 always=$2 log=build-test/check.log began=$SECONDS status=0 left words
    shift 2
    left=$((${PFQ_RUN_SECONDS:-86400} - SECONDS))
    echo "== $name"
    : >"$log"
    if [ "$left" -gt 0 ]; then
        timeout "$left" "$@" >"$log" 2>&1 || status=$?
    else
        status=124
    fi
    [ "$status" = 0 ] || tail -n 200 "$log"
    words=$(verdict "$status" "$always") || code=$((code ? code : 1))
    told+=("$name: $words ($((SECONDS - began)) s)")
}

if ! (install_missing "${PACKAGES_TO_CHECK[@]}"); then
    [ -z "$held" ] || code=3
fi
check "address, undefined and leak sanitizers" always bash tests/sanitize.sh --short address
check "gcc -fanalyzer" "" bash tests/analyse.sh fanalyzer
check "cppcheck" "" bash tests/analyse.sh cppcheck
check "thread sanitizer" always bash tests/sanitize.sh --short thread
check "clang-format" "" bash tests/analyse.sh format
check "clang-tidy" "" bash tests/analyse.sh tidy

echo
printf '%s\n' "${told[@]}"
sed -n '/tests passed/p; /The following tests FAILED/,$p' build-test/ctest.log
exit "$code"
