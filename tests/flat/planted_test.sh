#!/bin/sh
# Each kind of growth is found where it is planted, and named; without one, the same loop is flat.
set -u
# shellcheck source=tests/c/planted.sh
. tests/c/planted.sh

program=$1
grows() { FLAT_PLANT=$1 "$program" 300 1 rt_path_join rt_atomic_new; }

caught 'GROWS: 300 results' grows result
caught '300 handles' grows result
caught ', heap' grows memory
caught ', resident' grows pages
caught '300 descriptors' grows descriptor
fine grows ''
exit $status
