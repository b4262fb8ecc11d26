#!/usr/bin/env bash
# private_root_test.sh PRIVATE_ROOT: old roots of bazelw go, and no other: neither one that was used lately, nor one
# that a program runs in, nor that of now, nor one that is being made.
set -euo pipefail
cache=${TEST_TMPDIR:-$(mktemp -d)}/cache
mkdir -p "$cache" "$cache/project/third_party"
touch "$cache/project/third_party/rules_rust.patch"
# What bazelw sets; `project` is where the recipe reads its patch.
# shellcheck disable=SC2034
project=$cache/project bazel_version=7.0.0
say() { echo "$*" >>"$cache/said"; }
die() { exit 2; }
# shellcheck source=tools/bazel/private_root.sh
. "$1"

# root NAME DAYS: one that was used so many days ago.
root() {
    mkdir -p "$cache/root-$1/opt/bazelw"
    echo file >"$cache/root-$1/file"
    touch -d "$2 days ago" "$cache/root-$1/opt/bazelw/used"
}
expect() {
    remove_old_roots
    left=$(cd "$cache" && echo root-*)
    [ "$left" = "$1" ] || { echo "left: $left, and not $1" >&2 && exit 1; }
}
has_programs() { [ "${1##*/}" = root-busy ] || [[ ${1##*/} == root-busy.tmp.* ]]; }

root=$cache/root-current
root current 99
root busy 99
root lately 29
root long 31
root being-made.tmp.1 99
mkdir "$cache/root-without"
# Another bazelw holds the lock: it is left to that one.
exec 8>"$cache/lock"
flock 8
expect 'root-being-made.tmp.1 root-busy root-current root-lately root-long root-without'
exec 8>&-
expect 'root-being-made.tmp.1 root-busy root-current root-lately root-without'
grep -q 'removing root-long' "$cache/said"
[ -e "$cache/root-busy/file" ] && [ -e "$cache/root-lately/file" ]
touch -d '31 days ago' "$cache/root-without"
expect 'root-being-made.tmp.1 root-busy root-current root-lately'
has_programs() { false; }
expect 'root-being-made.tmp.1 root-current root-lately'
# Two at once.
for name in a b c d; do root $name 40; done
remove_old_roots & remove_old_roots & wait
expect 'root-being-made.tmp.1 root-current root-lately'
