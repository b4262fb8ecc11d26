#!/bin/sh
# What a call must not leave or say is found where it is planted; without it, the same rows are fine.
set -u
# shellcheck source=tests/c/planted.sh
. tests/c/planted.sh

program=$1
leaves() { FAILURES_PLANT=$1 "$program" rt_file_truncate; }

caught 'left: 1 descriptors' leaves descriptor
caught 'FILES DIFFER' leaves file
caught '1 results' leaves result
caught 'children' leaves child
caught 'WRONG:    error 0 ' leaves error
fine leaves ''
exit $status
