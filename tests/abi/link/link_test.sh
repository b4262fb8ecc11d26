#!/bin/sh
# What was compiled before an addition links and runs after it; what was compiled before a break does neither,
# and the message names the module.
set -eu

here=tests/abi/link
work=${TEST_TMPDIR:-$(mktemp -d)}

fail() {
    echo "$1" >&2
    exit 1
}

include() { printf -- '-I%s -I%s' "$here/$1/c" "$(dirname "$(find ffi/rt -name rt_base.h)")"; }

# link VERSION OBJECT: with the static library of a version.
link() { cc -o "$work/program" "$2" "$here/liblink_$1.a" -lpthread -ldl -lm; }

refused() {
    if link "$1" "$2" 2>"$work/said"; then fail "compiled against $3, and linked with $1"; fi
    grep -q "rt_abi_link_" "$work/said" || fail "the linker does not name the module: $(cat "$work/said")"
}

for version in old added broken; do
    # shellcheck disable=SC2046 # Two options.
    cc -std=c11 -Wall -Wextra -Werror -c $(include $version) -o "$work/$version.o" $here/program.c
    link $version "$work/$version.o"
    [ "$("$work/program")" = abcabc ] || fail "$version does not work with itself"
done

# Linking: the new library takes the old object; the other way round, and after a break, it refuses.
link added "$work/old.o"
[ "$("$work/program")" = abcabc ] || fail "compiled against old, wrong with added"
refused old "$work/added.o" added
refused broken "$work/old.o" old
refused broken "$work/added.o" added
refused old "$work/broken.o" broken

# Loading: a program that was linked with the old shared library meets another one under its name.
mkdir "$work/lib"
cp "$here/liblink_old.so" "$work/lib"
cc -o "$work/program" "$work/old.o" "$work/lib/liblink_old.so" "-Wl,-rpath,$work/lib"
[ "$("$work/program")" = abcabc ] || fail "old does not work with its shared library"
cp -f "$here/liblink_added.so" "$work/lib/liblink_old.so"
[ "$("$work/program")" = abcabc ] || fail "linked with old, wrong with added"
cp -f "$here/liblink_broken.so" "$work/lib/liblink_old.so"
if LD_BIND_NOW=1 "$work/program" 2>"$work/said"; then fail "linked with old, and runs with broken"; fi
grep -q "rt_abi_link_" "$work/said" || fail "the loader does not name the module: $(cat "$work/said")"

# The manifests say the same.
old=$(sed -n 's/^ *"abi_hash": "\(.*\)",$/\1/p' $here/old/abi/link.json)
grep -A1 '"predecessors"' $here/added/abi/link.json | grep -q "$old" || fail "added does not list $old"
if grep -q '"predecessors"' $here/broken/abi/link.json; then fail "broken still lists predecessors"; fi
