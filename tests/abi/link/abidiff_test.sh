#!/bin/sh
# abidiff_test.sh FFIGEN: our verdict on two versions of a module against that of abidiff, which knows nothing of our
# manifests. It compares libraries by their debug information. Where it is not installed, the test says so and passes.
# By hand, on a machine that has it (Debian package abigail-tools):
#   ./bazelw build //tests/abi/link:all //tools/ffigen
#   cd bazel-bin && ../tests/abi/link/abidiff_test.sh tools/ffigen/ffigen
set -eu

ffigen=$1
here=tests/abi/link
work=${TEST_TMPDIR:-$(mktemp -d)}

if ! command -v abidiff >/dev/null; then
    echo "abidiff is not installed (Debian package abigail-tools): nothing is compared"
    exit 0
fi

# Symbols of versions come and go with every change; the question is what else does.
cat >"$work/suppressed" <<'END'
[suppress_function]
  symbol_name_regexp = ^rt_abi_
END

# compare OLD NEW OUR_CODE THEIR_CODES: bit 4 of abidiff's exit code says that something changed, bit 8 that it
# is incompatible beyond doubt. A changed struct or parameter is bit 4: abidiff leaves the judgement to the reader, so
# the summary must say that functions were changed, and not only added.
compare() {
    ours=0
    "$ffigen" abi-diff "$here/$1/abi/link.json" "$here/$2/abi/link.json" >"$work/ours" || ours=$?
    theirs=0
    abidiff --suppressions "$work/suppressed" "$here/liblink_$1_debug.so" "$here/liblink_$2_debug.so" \
        >"$work/theirs" 2>&1 || theirs=$?
    summary=$(sed -n 's/^Functions changes summary: //p' "$work/theirs" | head -n 1)
    echo "$1 -> $2: ffigen $ours, abidiff $theirs${summary:+ ($summary)}"
    case " $4 " in
    *" $theirs "*) [ "$ours" = "$3" ] && return ;;
    esac
    echo "expected ffigen $3 and abidiff one of: $4"
    cat "$work/ours" "$work/theirs"
    failed=1
}

failed=0
compare old old 0 0
compare old added 4 4
compare added old 16 "8 12"
compare added broken 16 4
compare old broken 16 "4 12"
compare old retyped 16 "4 12"
compare old renamed 16 "8 12"
exit $failed
