#!/bin/sh
# What a call must not leave or say is found where it is planted; without it, the same rows are fine.
set -u

program=$1
status=0

found() {
    output=$(FAILURES_PLANT=$1 "$program" rt_file_truncate 2>&1)
    code=$?
    case $output in
    *WRONG*"$2"*) [ "$code" -eq 1 ] && return ;;
    esac
    status=1
    echo "$1: ended with $code and did not say '$2':"
    echo "$output"
}

found descriptor 'left: 1 descriptors'
found file 'FILES DIFFER'
found result '1 results'
found child 'children'
found error 'error 0'
output=$("$program" rt_file_truncate) || {
    status=1
    echo "nothing is planted, and it fails:"
    echo "$output"
}
exit $status
