#!/usr/bin/env bash
# externs_test.sh LIBRARY MODULE.SPL..: over all Simple modules together no extern is declared twice, each is a symbol
# of the library, and each symbol is declared, other than those that free results, which Simple calls by itself, and
# those of ABI versions that the library also serves. Each rule is shown to fail on a planted mistake.
set -euo pipefail
export LC_ALL=C
work=${TEST_TMPDIR:-$(mktemp -d)}
library=$1
shift

nm -D --defined-only "$library" | awk '{ print $NF }' | sort >"$work/exported"

# Prints what is wrong with the externs of some modules.
mistakes() {
    sed -n 's/^extern fn \([a-z0-9_]*\)(.*/\1/p' "$@" | sort >"$work/declared"
    uniq -d "$work/declared" | sed 's/$/: declared twice/'
    uniq "$work/declared" | comm -23 - "$work/exported" | sed 's/$/: declared, and the library does not have it/'
    uniq "$work/declared" | comm -13 - "$work/exported" | grep -v -e '_free$' -e '^rt_abi_' |
        sed 's/$/: not declared/' || true
}

[ $# -ge 16 ] || { echo "only $# modules" && exit 1; }
found=$(mistakes "$@")
[ -z "$found" ] || { echo "$found" && exit 1; }
echo "$(wc -l <"$work/declared") externs of $# modules"

printf 'extern fn rt_hostname() -> text\nextern fn rt_nowhere() -> bool\n' >"$work/planted.spl"
sed '/^extern fn rt_file_exists(/d' "$@" >"$work/others.spl"
expected="rt_hostname: declared twice
rt_nowhere: declared, and the library does not have it
rt_file_exists: not declared"
found=$(mistakes "$work/others.spl" "$work/planted.spl")
[ "$found" = "$expected" ] || { printf 'planted mistakes were found as:\n%s\n' "$found" && exit 1; }
