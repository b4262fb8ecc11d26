#!/usr/bin/env bash
# Runs a client against the server, which ends with its standard input.
set -euo pipefail
server=$1
client=$2
directory=$(mktemp -d "${TEST_TMPDIR:-/tmp}/net.XXXXXX")
mkfifo "$directory/stay"
"$server" "$directory" < "$directory/stay" &
exec 3> "$directory/stay"
for _ in $(seq 200); do
    if [ -e "$directory/ready" ]; then break; fi
    sleep 0.05
done
"$client" "$directory"
