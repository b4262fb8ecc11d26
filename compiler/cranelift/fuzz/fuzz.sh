#!/bin/sh
# fuzz.sh PROGRAM SEED COUNT: runs the fuzzer with all filetests of the tree.
set -eu
program=$1
shift
exec "$program" "${1:-1}" "${2:-20000}" $(find -L tests/fixtures/clif -name '*.clif' | LC_ALL=C sort)
