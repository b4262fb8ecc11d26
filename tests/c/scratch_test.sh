#!/bin/sh
# scratch_test.sh PROGRAM: what //tests/random writes goes with it, whether it ends as it should or is killed.
set -u

program=$PWD/$1
place=${TEST_TMPDIR:?}/place
mkdir "$place"
status=0
export TEST_TMPDIR="$place"

# gone WHAT: nothing is left, ten seconds after the end at the latest.
gone() {
    tries=100
    while [ -n "$(ls -A "$place")" ]; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { status=1 && echo "$1: there is still $(ls -A "$place")" && return; }
        sleep 0.1
    done
}

"$program" 1 1000 >/dev/null || { status=1 && echo "it does not run"; }
[ -z "$(ls -A "$place")" ] || { status=1 && echo "it leaves $(ls -A "$place")"; }
for signal in TERM KILL; do
    "$program" 1 100000000 >/dev/null &
    until [ -e "$(echo "$place"/random.*/file)" ]; do sleep 0.05; done
    kill -s $signal $!
    wait $! 2>/dev/null
    gone "killed by SIG$signal"
done
exit $status
