#!/usr/bin/env bash
# Prints what each call costs with the minimal runtime and with the full one, in nanoseconds: the best of
# five runs, which take turns, so that a disturbed one does not count.
set -euo pipefail
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for _ in 1 2 3 4 5; do
    "$1" | sed 's/^/minimal /' >> "$results/all"
    "$2" | sed 's/^/full /' >> "$results/all"
done
objcopy -S "$4" "$results/full.so"
awk '
    !(($1, $2) in best) || $3 < best[$1, $2] { best[$1, $2] = $3 }
    $1 == "minimal" && !seen[$2]++ { order[++count] = $2 }
    END {
        printf "%-36s %10s %10s\n", "call, ns", "minimal", "full"
        for (i = 1; i <= count; i++) {
            printf "%-36s %10d %10d\n", order[i], best["minimal", order[i]], best["full", order[i]]
        }
    }
' "$results/all"
printf '%-36s %10s %10s\n' 'stripped shared library, bytes' "$(stat -Lc %s "$3")" "$(stat -c %s "$results/full.so")"
