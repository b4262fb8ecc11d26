#!/bin/sh
# An example succeeds and prints what its page shows under "The <name>".
set -eu

program=$1
page=$2
name=$3
work=${TEST_TMPDIR:-$(mktemp -d)}

sed -n "/^## The $name\$/,/^## /p" "$page" | sed -n '/^```text$/,/^```$/p' | sed '1d;$d' >"$work/shown"
"$program" >"$work/printed"
if ! diff -u "$work/shown" "$work/printed"; then
    echo "$page shows another output under 'The $name'; copy this one into it:"
    cat "$work/printed"
    exit 1
fi
