#!/usr/bin/env bash
# compare_test.sh COMPARE: each planted difference is found and named, and equal folders are equal.
set -euo pipefail
compare=$PWD/$1
cd "$(mktemp -d "${TEST_TMPDIR:-/tmp}/XXXXXX")"
mkdir -p one/in
head -c 100000 /dev/zero >one/in/zeros
echo text >'one/a name with blanks'
ln -s in/zeros one/link
cp -rL one same

# expect EXIT_CODE TEXT TWO: what compare is to say.
expect() {
    local code=0
    "$compare" one "$3" >said 2>&1 || code=$?
    if [ "$code" != "$1" ] || ! grep -qF -- "$2" said; then
        echo "exit code $code and not $1, or no line with '$2':" >&2
        cat said >&2
        exit 1
    fi
}

# plant NAME COMMAND: a copy in which something is changed.
plant() {
    cp -r same "$1"
    (cd "$1" && eval "$2")
}

expect 0 '3 files, 200005 bytes, 0 differences' same
plant bit "printf '\\001' | dd of=in/zeros bs=1 seek=99998 conv=notrunc status=none"
expect 1 'differs: in/zeros: byte 99999' bit
plant short 'truncate -s 99999 in/zeros'
expect 1 'differs: in/zeros: the end of one, after byte 99999' short
plant newline 'printf text >"a name with blanks"'
expect 1 'differs: a name with blanks: ' newline
plant less 'rm in/zeros'
expect 1 'only in one: in/zeros' less
plant more 'touch in/more'
expect 1 'only in one: in/more' more
plant both 'touch in/more && echo texts >"a name with blanks"'
expect 1 '4 files, 200005 bytes, 2 differences' both
mkdir empty none
code=0
"$compare" empty none >said 2>&1 || code=$?
[ "$code" = 2 ] || { echo "two empty folders: exit code $code" >&2 && exit 1; }
expect 2 'is no folder' missing
