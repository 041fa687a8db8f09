#!/bin/sh
# Searches with every fuzz target, or those named, for so many seconds each, one after the other, and
# prints a table of what was done: inputs, covered edges (cov), features (ft), findings, those of them
# that lie in libhdf5, which is not ours to mend, and those that do not fail alone. The build must be one
# with -DPFQ_FUZZ=ON. What was found lies in BUILD/tests/fuzz/found/TARGET-..., inputs that reach new code
# in BUILD/tests/fuzz/corpus/TARGET, from where the next search goes on.
#
#     tests/fuzz/long.sh BUILD SECONDS [TARGET ...]
set -eu

if [ $# -lt 2 ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
build=$(cd "$1" && pwd) seconds=$2
shift 2
fuzz=$build/tests/fuzz
mkdir -p "$fuzz/found" "$fuzz/corpus"
ctest --test-dir "$build" -R '^fuzz/seeds$' >/dev/null

export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS=suppressions=$(dirname "$0")/../support/leaks.supp:print_suppressions=0
export OMP_NUM_THREADS=1 TMPDIR=$fuzz/found

# A number of the log's last line of numbers, "-" where there is none.
last() {
    grep -E '^#[0-9]+: ' "$log" | tail -n 1 | grep -oE "$1" | tr -cd '0-9' | grep . || echo -
}

# Runs each input that was found alone: `theirs` fail inside libhdf5, `gone` do not fail alone, since
# an input before them had broken the library's memory.
look_at_findings() {
    findings=0 theirs=0 gone=0
    for input in "$fuzz/found/$name"-crash-* "$fuzz/found/$name"-leak-* \
        "$fuzz/found/$name"-timeout-* "$fuzz/found/$name"-oom-*; do
        [ -f "$input" ] || continue
        findings=$((findings + 1))
        if "$fuzz/${name}_search" -timeout=60 -rss_limit_mb=1024 -malloc_limit_mb=8192 "$input" \
            >"$log.one" 2>&1; then
            gone=$((gone + 1))
        elif grep -E -m1 '^ +#[0-9]+ .*(\.c:[0-9]|libhdf5)' "$log.one" | grep -q libhdf5; then
            theirs=$((theirs + 1))
        fi
    done
}

# A finding ends one process of the search, not the search.
search() {
    name=$1 bytes=$2 dictionary=$3
    shift 3
    log=$fuzz/found/$name.log corpus=$fuzz/corpus/$name
    mkdir -p "$corpus"
    "$fuzz/${name}_search" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
        -max_total_time="$seconds" -max_len="$bytes" -timeout=60 -rss_limit_mb=1024 \
        -malloc_limit_mb=8192 -artifact_prefix="$fuzz/found/$name-" \
        $([ "$dictionary" = - ] || echo "-dict=$dictionary") "$corpus" "$@" >"$log" 2>&1 || true
    inputs=$(last '^#[0-9]+')
    [ "$inputs" != - ] || tail -n 5 "$log" >&2 # it did not even begin
    look_at_findings
    printf '%-18s %8d %12s %8s %8s %8d %8d %8d\n' "$name" "$seconds" "$inputs" "$(last 'cov: [0-9]+')" \
        "$(last 'ft: [0-9]+')" "$findings" "$theirs" "$gone"
}

printf '%-18s %8s %12s %8s %8s %8s %8s %8s\n' target seconds inputs cov ft findings theirs gone
while read -r name words; do
    case " $* " in
    "  " | *" $name "*) ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086 # the rest of a row is words
    search "$name" $words
done <"$fuzz/targets.txt"
