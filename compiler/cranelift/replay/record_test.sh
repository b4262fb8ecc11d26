#!/usr/bin/env bash
# What is recorded while the filetests of the tree are built compiles without a warning, does the same again and writes
# the same objects: each file for one machine, or in memory. With ALL=1, each file for all.
set -euo pipefail
replay=$1
library=$(realpath "$2")
shift 2
includes=()
for header in "$@"; do includes+=("-I$(dirname "$header")"); done
cc=${REPLAY_CC:-cc}
out=$TEST_TMPDIR/recordings
mkdir -p "$out"
how=--record-turns
if [ "${ALL:-0}" = 1 ]; then how=--record; fi
"$replay" "$how" "$out" tests/fixtures/clif

programs=0 objects=0
for source in "$out"/*.c; do
    program=${source%.c}
    "$cc" -std=c11 -Wall -Wextra -Werror "${includes[@]}" "$source" -o "$program" "$library" \
        -Wl,-rpath,"$(dirname "$library")"
    "$program" "$program.again"
    programs=$((programs + 1))
    [ -s "${source%.c}.clif" ]
    if [ -e "$program.o" ]; then
        cmp "$program.o" "$program.again"
        objects=$((objects + 1))
    fi
    rm -f "$program" "$program.again"
done
echo "$programs programs did the same again, $objects of them wrote the same object"
[ "$programs" -ge 80 ] && [ "$objects" -ge 50 ] && [ "$objects" -lt "$programs" ]
