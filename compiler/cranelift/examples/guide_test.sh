#!/bin/sh
# Each piece of C on a page stands in a program as it is.
# guide_test.sh PAGE PROGRAM
set -eu

awk -v program="$2" '
    BEGIN {
        while ((getline line < program) > 0) source = source line "\n"
        if (source == "") exit 2
    }
    /^```c$/ { piece = ""; inside = 1; start = NR + 1; next }
    /^```$/ && inside {
        inside = 0
        count++
        if (index(source, piece) == 0) {
            print FILENAME ":" start ": this piece is not in " program ":\n" piece
            missing++
        }
        next
    }
    inside { piece = piece $0 "\n" }
    END {
        print count " pieces"
        exit (missing > 0 || count < 5)
    }
' "$1"
