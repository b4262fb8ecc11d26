#!/bin/sh
# abidiff_test.sh FFIGEN: our verdict on two versions of a module against that of abidiff, which knows nothing of our
# manifests. It compares libraries by their debug information. Where it is not installed, the test says so and passes.
# By hand, on a machine that has it (Debian package abigail-tools):
#   ./bazelw build //tests/abi/link:all //tools/ffigen
#   here=$PWD; (cd "$(readlink -f bazel-bin)" && "$here/tests/abi/link/abidiff_test.sh" tools/ffigen/ffigen)
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

# What abidiff says of two versions, in our words: a function that was removed or changed is a break, an added one an
# addition. Its exit code says less: each version has a SONAME of its own here.
verdict() {
    abidiff --suppressions "$work/suppressed" "$here/liblink_$1_debug.so" "$here/liblink_$2_debug.so" \
        >"$work/theirs" 2>&1 || [ $? -gt 3 ] || return 1
    counts='\([0-9]*\) Removed[^,]*, \([0-9]*\) Changed[^,]*, \([0-9]*\) Added'
    sed -n "s/^Functions changes summary: $counts.*/\1 \2 \3/p" "$work/theirs" | {
        read -r removed changed added || { removed=0 changed=0 added=0; }
        if [ "$removed$changed" != 00 ]; then
            echo break
        elif [ "$added" != 0 ]; then
            echo addition
        else
            echo same
        fi
    }
}

# compare OLD NEW EXPECTED: both say the same, and that it is this.
compare() {
    code=0
    "$ffigen" abi-diff "$here/$1/abi/link.json" "$here/$2/abi/link.json" >"$work/ours" || code=$?
    case $code in
    0 | 1) ours=same ;;
    4) ours=addition ;;
    16) ours=break ;;
    *) ours="exit code $code" ;;
    esac
    theirs=$(verdict "$1" "$2") || theirs="an error"
    echo "$1 -> $2: ffigen says $ours, abidiff says $theirs"
    if [ "$ours" != "$3" ] || [ "$theirs" != "$3" ]; then
        echo "expected: $3"
        cat "$work/ours" "$work/theirs"
        failed=1
    fi
}

failed=0
compare old old same
compare old added addition
compare added old break
compare added broken break
compare old broken break
compare old retyped break
compare old renamed break
exit $failed
