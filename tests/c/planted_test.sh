#!/bin/sh
# Each planted mistake is caught, with words that say what it is: a check that cannot fail is worth nothing.
set -u

program=$1
status=0

caught() {
    output=$("$program" "$1" 2>&1)
    code=$?
    case $output in
    *"$2"*) [ "$code" -ne 0 ] && return ;;
    esac
    status=1
    echo "$1: ended with $code and did not say '$2':"
    echo "$output"
}

caught leaked_memory 'detected memory leaks'
caught freed_memory 'heap-use-after-free'
caught leaked_result 'rt_live_blocks()'
caught freed_result 'rt_text_free(name)'
caught wrong_value '77'
exit $status
