#!/bin/sh
# stripped_test.sh LIBRARY: what the guide says of `strip` and of the names by which debuggers find JIT code.
set -eu

work=${TEST_TMPDIR:?}
names='__jit_debug_descriptor __jit_debug_register_code'

# has COUNT FILE FLAG..: so many of the names are in a table of symbols.
has() {
    want=$1 file=$2
    shift 2
    found=0
    for name in $names; do
        if nm "$@" "$file" 2>/dev/null | grep -q " [a-zA-Z] $name\$"; then found=$((found + 1)); fi
    done
    [ $found = "$want" ] || { echo "$file $*: $found of the names, and not $want" >&2 && exit 1; }
}

cp "$1" "$work/kept.so"
cp "$1" "$work/stripped.so"
chmod u+w "$work/kept.so" "$work/stripped.so"
strip -K __jit_debug_register_code -K __jit_debug_descriptor "$work/kept.so"
strip "$work/stripped.so"
has 2 "$1"
has 2 "$work/kept.so"
has 0 "$work/stripped.so"
# And nothing but what manifests declare is exported.
has 0 "$1" -D
[ "$(nm -D "$work/kept.so")" = "$(nm -D "$1")" ] || { echo "strip changes what is exported" >&2 && exit 1; }
