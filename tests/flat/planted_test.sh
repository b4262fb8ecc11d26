#!/bin/sh
# Each kind of growth is found where it is planted, and named; without one, the same loop is flat.
set -u

program=$1
status=0

run() { FLAT_PLANT=$1 "$program" 300 1 rt_path_join rt_atomic_new 2>&1; }

found() {
    output=$(run "$1")
    code=$?
    case $output in
    *"$2"*) [ "$code" -eq 1 ] && return ;;
    esac
    status=1
    echo "$1: ended with $code and did not say '$2':"
    echo "$output"
}

found result 'GROWS: 300 results'
found result '300 handles'
found memory 'heap'
found pages 'resident'
found descriptor 'descriptors'
output=$(run '') || {
    status=1
    echo "nothing is planted, and it fails:"
    echo "$output"
}
exit $status
