#!/bin/sh
# Each planted mistake is caught, with words that say what it is.
set -u
# shellcheck source=tests/c/planted.sh
. tests/c/planted.sh

program=$1
caught 'detected memory leaks' "$program" leaked_memory
caught 'heap-use-after-free' "$program" freed_memory
caught 'rt_live_blocks()' "$program" leaked_result
caught 'rt_text_free(name)' "$program" freed_result
caught '77' "$program" wrong_value
exit $status
