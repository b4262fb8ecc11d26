#!/usr/bin/env bash
# progress_test.sh PROGRESS.SH FUZZER FAILURES FLAT RANDOM: each says how far it is where somebody waits, and nothing in
# a test that Bazel runs, which this is.
set -uo pipefail

# shellcheck source=tests/progress/progress.sh
. "$1"
fuzzer=$2 failures=$3 flat=$4 random=$5
work=${TEST_TMPDIR:?}
: >"$work/quiet"
failed=0
export PROGRESS_SECONDS=0.05

# says PATTERN COMMAND..: where somebody waits, standard error has such a line; in a test it has none.
says() {
    local pattern=$1
    shift
    env -u TEST_TARGET "$@" >"$work/out" 2>"$work/said" || wrong "it failed" "$@"
    grep -qxE "$pattern" "$work/said" || wrong "it did not say '$pattern'" "$@"
    # In a file of its own: what watched the first run may still be writing its last line.
    TEST_TARGET=//a:test "$@" >"$work/out" 2>"$work/quiet" || wrong "it failed as a test" "$@"
    [ ! -s "$work/quiet" ] || wrong "as a test it says something" "$@"
}

wrong() {
    echo "$1: ${*:2}"
    tail -n 5 "$work/out" "$work/said" "$work/quiet"
    failed=1
}

says 'fuzzer: [0-9]+ of 1500 sequences, [0-9]+ s' "$fuzzer" 1 1500
says 'failures: 0 of 1 rows, [0-9]+ s' "$failures" rt_process_wait_timeout
says 'flat: 1 of 2 functions, now rt_path_join, [0-9]+ s' "$flat" 100000000 0.3 rt_atomic_new rt_path_join
says 'random_test: [0-9]+ of 20000 calls, [0-9]+ s' "$random" 1 20000

# Scripts. The command runs in this shell, its output is in the log, and its exit code is what it was.
slow() { echo "step 1" && sleep 0.3 && echo "step 2" >&2 && sleep 0.3 && return 3; }
waits() {
    progress 'two steps' "$work/log" slow
    [ $? = 3 ] && [ "$(cat "$work/log")" = $'step 1\nstep 2' ]
}
export work
export -f slow waits progress progress_say
says 'bash: two steps, [0-9]+ s: step 1' bash -c waits bash
grep -qx 'step 2' "$work/log" || wrong "no log" waits
# Whoever reads what a script says does not wait for what watched it.
begin=$SECONDS
env -u TEST_TARGET PROGRESS_SECONDS=30 bash -c 'progress nothing "$work/log" true' 2>&1 | cat
[ $((SECONDS - begin)) -lt 20 ] || wrong "its end was waited for" progress
printf '%s\n' 'Analyzing: x' '[1 / 2] y' 'ERROR: z' >"$work/log"
[ "$(progress_end "$work/log" 9)" = 'ERROR: z' ] || wrong "progress_end" progress
exit $failed
