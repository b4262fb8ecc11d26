#!/usr/bin/env bash
# The filetests in the tree are those that the generator writes.
set -euo pipefail
command -v python3 >/dev/null || {
    echo "there is no python3 on PATH ($PATH): this test needs Python 3.10 or later"
    exit 1
}
exec python3 -B tools/clifgen/clifgen.py --check tests/fixtures/clif
