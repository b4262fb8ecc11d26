#!/usr/bin/env bash
# files_test.sh WORKSPACE FILE..: each of the files that Bazel made stands in the workspace with the same bytes; and of
# what ffigen generates, nothing else stands there.
set -euo pipefail
workspace=$1
shift
failed=0
expected=$(mktemp)
trap 'rm -f "$expected"' EXIT

for file in "$@"; do
    name=${file##*/}
    # ffi/io/ffi_io/rust/lib.rs, compiler/cranelift/cranelift_ffi/rust/lib.rs
    module=$(sed -nE 's,^(.*/)?(ffi|compiler)/([a-z_]+)/.*,\3,p' <<<"$file")
    case $file in
    */rust/*) place=crates/ffi_$module/src/$name ;;
    */cargo/*) place=crates/ffi_$module/$name ;;
    */test/*) place=crates/conformance/c/$name ;;
    *.h) place=include/$name ;;
    *.spl) place=simple/$name ;;
    *.json) place=abi/$name ;;
    *.md) place=doc/$name ;;
    *) echo "what is $file?" >&2 && exit 1 ;;
    esac
    echo "$place" >>"$expected"
    cmp "$file" "$workspace/$place" || failed=1
done

sort -u -o "$expected" "$expected"
found=$(cd "$workspace" && ls crates/ffi_*/src/bodies.rs crates/conformance/c/* include/* simple/* abi/* doc/* | sort)
more=$(comm -13 "$expected" - <<<"$found")
if [ -n "$more" ]; then
    printf 'in the workspace only:\n%s\n' "$more" >&2
    echo "Is there a module in specs/ that MODULES of ffi/BUILD.bazel lacks?" >&2
    failed=1
fi
echo "$(wc -l <"$expected") files compared"
exit "$failed"
