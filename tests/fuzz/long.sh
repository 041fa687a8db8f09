#!/bin/sh
# Searches with every fuzz target, or those named, for so many seconds each, one after the other, and
# prints a table of what was done: inputs, covered edges (cov), features (ft), findings, and those of
# them that lie in libhdf5, which is not ours to mend. The build must be one with -DPFQ_FUZZ=ON. What
# was found lies in BUILD/tests/fuzz/found/TARGET-..., inputs that reach new code in
# BUILD/tests/fuzz/corpus/TARGET, from where the next search goes on.
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

# The last value of a number in the log, "-" where there is none.
last() {
    grep -o "$1 [0-9]*" "$2" | tail -1 | cut -d' ' -f2 | grep . || echo -
}

# A finding ends a search; it goes on from its corpus for the time that is left.
search() {
    name=$1 bytes=$2 dictionary=$3
    shift 3
    log=$fuzz/found/$name.log corpus=$fuzz/corpus/$name inputs=0 cov=- ft=- theirs=0
    mkdir -p "$corpus"
    : >"$log.all"
    end=$(($(date +%s) + seconds))
    while left=$((end - $(date +%s))) && [ "$left" -gt 0 ]; do
        "$fuzz/${name}_search" -max_total_time="$left" -max_len="$bytes" -timeout=60 \
            -rss_limit_mb=1024 -malloc_limit_mb=8192 -print_final_stats=1 \
            -artifact_prefix="$fuzz/found/$name-" \
            $([ "$dictionary" = - ] || echo "-dict=$dictionary") "$corpus" "$@" >"$log" 2>&1 || true
        cat "$log" >>"$log.all"
        some=$(last 'stat::number_of_executed_units:' "$log")
        if [ "$some" = - ]; then # it did not even begin
            tail -n 5 "$log" >&2
            break
        fi
        inputs=$((inputs + some))
        if grep -E -m1 '^ +#[0-9]+ .*(\.c:[0-9]|libhdf5)' "$log" | grep -q libhdf5; then
            theirs=$((theirs + 1))
        fi
        cov=$(last 'cov:' "$log") ft=$(last 'ft:' "$log")
    done
    findings=$(find "$fuzz/found" -type f \( -name "$name-crash-*" -o -name "$name-leak-*" \
        -o -name "$name-timeout-*" -o -name "$name-oom-*" \) | wc -l)
    printf '%-18s %8d %12d %8s %8s %8d %8d\n' "$name" "$seconds" "$inputs" "$cov" "$ft" \
        "$findings" "$theirs"
}

printf '%-18s %8s %12s %8s %8s %8s %8s\n' target seconds inputs cov ft findings theirs
while read -r name words; do
    case " $* " in
    # shellcheck disable=SC2086 # the rest of a row is words
    "  " | *" $name "*) search "$name" $words ;;
    esac
done <"$fuzz/targets.txt"
