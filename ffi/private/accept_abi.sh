#!/usr/bin/env bash
# Copies manifests (ffi/io/ffi_io/abi/io.json) over the committed baselines of their packages (ffi/io/abi.json).
set -euo pipefail
: "${BUILD_WORKSPACE_DIRECTORY:?start this with: bazel run //ffi:accept_abi}"
for manifest in "$@"; do
    package=${manifest%/*/abi/*}
    baseline=$BUILD_WORKSPACE_DIRECTORY/$package/abi.json
    if cmp -s "$manifest" "$baseline"; then continue; fi
    cp -f -- "$manifest" "$baseline"
    chmod 644 "$baseline"
    echo "accepted $package/abi.json"
done
