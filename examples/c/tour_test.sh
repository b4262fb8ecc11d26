#!/bin/sh
# The tour succeeds, twice the same, and prints what its page shows.
set -eu

tour=$1
page=$2
work=${TEST_TMPDIR:-$(mktemp -d)}

sed -n '/^```text$/,/^```$/p' "$page" | sed '1d;$d' >"$work/shown"
"$tour" >"$work/first"
"$tour" >"$work/second"
diff "$work/first" "$work/second"
if ! diff -u "$work/shown" "$work/first"; then
    echo "$page shows another output; copy this one into it:"
    cat "$work/first"
    exit 1
fi
