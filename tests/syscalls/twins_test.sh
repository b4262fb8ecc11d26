#!/usr/bin/env bash
# What a program prints is the same with each library.
set -euo pipefail
number=0
for program in "$@"; do
    number=$((number + 1))
    mkdir "$TEST_TMPDIR/$number"
    "$program" "$TEST_TMPDIR/$number" > "$TEST_TMPDIR/$number.out" 2> "$TEST_TMPDIR/$number.err" || {
        echo "$program failed with $?"
        tail -5 "$TEST_TMPDIR/$number.out"
        cat "$TEST_TMPDIR/$number.err"
        exit 1
    }
    cmp "$TEST_TMPDIR/1.err" "$TEST_TMPDIR/$number.err"
    diff -u "$TEST_TMPDIR/1.out" "$TEST_TMPDIR/$number.out"
done
tail -n 1 "$TEST_TMPDIR/1.out" | grep -qx 'left: 0 0'
lines=$(wc -l < "$TEST_TMPDIR/1.out")
if [ "$lines" -lt 300 ]; then
    echo "only $lines lines"
    exit 1
fi
