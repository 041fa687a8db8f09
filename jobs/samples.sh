#!/usr/bin/env bash
# A table of samples: what is done, what failed, what is missing.
#
#     bash jobs/samples.sh TABLE RESULTS               one line for each sample, and how many of each kind
#     bash jobs/samples.sh --array TABLE RESULTS       those not done, as sbatch --array takes them
#     bash jobs/samples.sh --row N TABLE               sample N: its name and its words for `parfastq convert`
#
# The table has a line for each sample: its name, and one to four columns of files, with tabs between; the
# columns are mates 1 to 4. Several lanes of a mate stand in one column with commas between. Lines that are
# empty or begin with # do not count. RESULTS is where jobs/convert_array.sbatch puts its outputs.
#
# Exit code: 0; 1 if samples are not done (of the first form); 2 if the table is wrong, or wrong use.
set -euo pipefail

fail() {
    echo "samples.sh: $*" >&2
    exit 2
}

# The lines that count, into the array `lines`.
read_table() {
    local line name names=$'\n'
    [ -r "$1" ] || fail "cannot read $1"
    lines=()
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        case $line in '' | '#'*) continue ;; esac
        name=${line%%$'\t'*}
        [[ $name =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || fail "$1: '$name' is no name of a sample: letters, digits and . _ - alone"
        [[ $names != *$'\n'$name$'\n'* ]] || fail "$1: there are two samples '$name'"
        [[ $line == *$'\t'?* ]] || fail "$1: sample '$name' has no files; is there a tab behind the name?"
        names+=$name$'\n'
        lines+=("$line")
    done <"$1"
    [ "${#lines[@]}" -gt 0 ] || fail "$1 has no samples"
}

# print_row N: the name, then the words for its files, one a line.
print_row() {
    local fields files file mate
    [[ $1 =~ ^[1-9][0-9]*$ && $1 -le ${#lines[@]} ]] || fail "there is no sample $1 of ${#lines[@]}"
    IFS=$'\t' read -r -a fields <<<"${lines[$1 - 1]}"
    [ "${#fields[@]}" -le 5 ] || fail "sample '${fields[0]}' has more than four columns of files"
    echo "${fields[0]}"
    for ((mate = 1; mate < ${#fields[@]}; mate++)); do
        IFS=, read -r -a files <<<"${fields[mate]}"
        for file in "${files[@]}"; do
            printf '%s\n' "-$mate" "$file"
        done
    done
}

# state_of NAME RESULTS
state_of() {
    if [ -e "$2/$1.h5.checkpoint" ]; then
        echo begun
    elif [ -e "$2/$1.h5" ]; then
        echo 'done'
    elif [ -e "$2/$1.failed" ]; then
        echo failed
    else
        echo missing
    fi
}

print_states() {
    local line name state reason
    declare -A count=([done]=0 [begun]=0 [failed]=0 [missing]=0)
    for line in "${lines[@]}"; do
        name=${line%%$'\t'*} reason=
        state=$(state_of "$name" "$1")
        count[$state]=$((count[$state] + 1))
        [ "$state" != failed ] || reason=$(cat "$1/$name.failed")
        printf '%-8s %s%s\n' "$state" "$name" "${reason:+   $reason}"
    done
    echo "${#lines[@]} samples: ${count[done]} done, ${count[begun]} begun, ${count[failed]} failed, ${count[missing]} missing"
    [ "${count[done]}" = "${#lines[@]}" ]
}

# "2,5-7"
print_array() {
    local i first=0 last ranges=()
    for ((i = 1; i <= ${#lines[@]} + 1; i++)); do
        if [ "$i" -le "${#lines[@]}" ] && [ "$(state_of "${lines[i - 1]%%$'\t'*}" "$1")" != 'done' ]; then
            [ "$first" != 0 ] || first=$i
        elif [ "$first" != 0 ]; then
            last=$((i - 1))
            [ "$first" = "$last" ] || first=$first-$last
            ranges+=("$first")
            first=0
        fi
    done
    [ "${#ranges[@]}" -gt 0 ] || fail "all samples are done"
    (IFS=, && echo "${ranges[*]}")
}

case ${1:-}:$# in
--row:3)
    read_table "$3"
    print_row "$2"
    ;;
--array:3)
    read_table "$2"
    print_array "$3"
    ;;
-*) fail "no option ${1}, or not with $(($# - 1)) words behind it; see the head of this file" ;;
*:2)
    read_table "$1"
    print_states "$2"
    ;;
*) fail "a table and the directory of the results are expected" ;;
esac
