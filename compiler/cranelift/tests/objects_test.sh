#!/bin/sh
# objects_test.sh PROGRAM OBJECT..: the program writes the same objects again, wherever it runs: in other directories,
# with another environment, other addresses and other numbers of threads. The objects are those of the build.
set -eu

program=$PWD/$1
shift
work=${TEST_TMPDIR:-$(mktemp -d)}

compare() {
    for object in "$@"; do
        cmp "$object" "$work/$place/${object##*/}" || {
            echo "$object is another one when written with: $how" >&2
            exit 1
        }
    done
}

place=0
write() {
    how=$*
    place=$((place + 1))
    mkdir "$work/$place"
}

for object in "$@"; do
    [ "$(wc -c <"$object")" -gt 10000 ] || { echo "$object is nearly empty" >&2 && exit 1; }
done
for threads in 1 2 3 8; do
    write "$threads threads"
    "$program" "$work/$place" $threads
    compare "$@"
done
write "another directory and environment"
(cd / && env -i HOME=/nowhere LC_ALL=tr_TR.UTF-8 TZ=Asia/Kathmandu USER=nobody SOURCE_DATE_EPOCH=1 \
    "$program" "$work/$place" 2)
compare "$@"
write "relative paths"
(cd "$work/$place" && mkdir deeper && cd deeper && "$program" .. 2)
compare "$@"
if command -v setarch >/dev/null && setarch -R true 2>/dev/null; then
    for again in 1 2; do
        write "fixed addresses, run $again"
        setarch -R "$program" "$work/$place" 2
        compare "$@"
    done
fi
