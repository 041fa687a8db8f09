#!/usr/bin/env bash
# Reads the sources with the analysers: clang-format, clang-tidy and cppcheck. Installs nothing.
#
#     bash tests/analyse.sh [BUILD-DIRECTORY]      default: build-analyse, made if absent
#
# What clang-tidy looks for, and what not and why, is in .clang-tidy. The exit code is 0 if no tool
# found anything, 1 if one did, 3 if one is missing or the build cannot be configured.
# shellcheck disable=SC2317  # some functions are called by their names
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3
build=${1:-build-analyse}

missing=()
for tool in cmake clang clang-format clang-tidy cppcheck; do
    command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ "${#missing[@]}" -gt 0 ]; then
    echo "tests/analyse.sh: not installed: ${missing[*]}" >&2
    exit 3
fi
if ! cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug >/dev/null; then
    echo "tests/analyse.sh: cannot configure $build" >&2
    exit 3
fi

found=0

# check NAME COMMAND...: runs one analyser and says what came of it.
check() {
    local name=$1
    shift
    if "$@"; then
        echo "$name: clean"
    else
        echo "$name: see above" >&2
        found=1
    fi
}

c_files() {
    find include src tests -name '*.[ch]' -print0
}

format() {
    c_files | xargs -0 clang-format --dry-run -Werror
}

# One file a process, two at a time on two cores. What it says besides, it says of system headers.
tidy() {
    find "$PWD/src" -name '*.c' -print0 |
        xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build" --quiet 2>/dev/null
}

# kernel_template.h is compiled for several widths of vectors; for one of them a condition may be
# known.
cpp() {
    cppcheck --project="$build/compile_commands.json" --file-filter="$PWD/src/*" -j "$(nproc)" \
        --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 --quiet \
        --suppress='knownConditionTrueFalse:*/src/scan/kernel_template.h'
}

check clang-format format
check clang-tidy tidy
check cppcheck cpp
exit "$found"
