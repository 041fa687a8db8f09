#!/usr/bin/env bash
# Reads the sources with the analysers. Installs nothing.
#
#     bash tests/analyse.sh [format] [cppcheck] [fanalyzer] [tidy]        default: all of them
#
# format      clang-format, of all C files
# cppcheck    of src/
# fanalyzer   gcc's, of src/ without optimization; all other warnings count as well
# tidy        clang-tidy of src/; what it looks for, and what not and why, is in .clang-tidy
#
# The sources are held to gcc 12, clang 14 and cppcheck 2.10; others find other things. The exit code is 0 if no tool
# found anything, 1 if one did, 3 if one is missing or a build cannot be configured.
# shellcheck disable=SC2317  # functions are called by their names
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3
[ $# -gt 0 ] || set -- format cppcheck fanalyzer tidy

# tool NAME: ends here if it is not installed.
tool() {
    command -v "$1" >/dev/null && return 0
    echo "tests/analyse.sh: not installed: $1" >&2
    exit 3
}

# configure DIRECTORY OPTION...: makes compile_commands.json, and what ninja or make needs.
configure() {
    tool cmake
    cmake -S . -B "$@" -DCMAKE_BUILD_TYPE=Debug >/dev/null && return 0
    echo "tests/analyse.sh: cannot configure $1" >&2
    exit 3
}

check_format() {
    tool clang-format
    find include src tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
}

# Not looked for, since version 2.10 is wrong about them, or they are how things are written here:
#
# knownConditionTrueFalse   n = left < MOST ? left : MOST, and then a loop up to n, it takes for one that never runs
# duplicateCondition        steps that each begin with `if (!status)`
# redundantContinue         the body of an empty loop is `continue;`
check_cppcheck() {
    tool cppcheck
    configure build-analyse -DCMAKE_C_COMPILER=clang
    cppcheck --project=build-analyse/compile_commands.json --file-filter='src/*' -j "$(nproc)" \
        --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 --quiet \
        --suppress=knownConditionTrueFalse --suppress=duplicateCondition --suppress=redundantContinue
}

# What it takes for wrong and is right is listed in tests/support/fanalyzer.known. Everything is compiled anew: a file that
# is not says nothing.
check_fanalyzer() {
    local log=build-fanalyzer/log findings
    tool gcc
    configure build-fanalyzer -DCMAKE_C_COMPILER=gcc -DCMAKE_C_FLAGS=-fanalyzer -DPFQ_TESTS=OFF
    cmake --build build-fanalyzer --clean-first -j "$(nproc)" >"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        return 1
    }
    findings=$(awk -v root="$PWD/" '
        FILENAME ~ /\.known$/ { if (!/^#/) known[$1 " " $2]; next }
        /: warning: / {
            split($0, at, ":")
            file = at[1]
            sub(root, "", file)
            if (!((file " " substr($NF, 2, length($NF) - 2)) in known))
                print
        }' tests/support/fanalyzer.known "$log")
    [ -z "$findings" ] || printf '%s\n(how it came to that: %s)\n' "$findings" "$log" >&2
    [ -z "$findings" ]
}

# One file a process. What it says on stderr, it says of system headers.
check_tidy() {
    tool clang-tidy
    configure build-analyse -DCMAKE_C_COMPILER=clang
    find "$PWD/src" -name '*.c' -print0 |
        xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build-analyse --quiet 2>/dev/null
}

found=0
for name in "$@"; do
    if ! declare -F "check_$name" >/dev/null; then
        echo "tests/analyse.sh: there is no '$name'" >&2
        exit 2
    fi
    if "check_$name"; then
        echo "$name: clean"
    else
        echo "$name: see above" >&2
        found=1
    fi
done
exit "$found"
