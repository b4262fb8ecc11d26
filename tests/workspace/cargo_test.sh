#!/usr/bin/env bash
# cargo_test.sh WORKSPACE CARGO LIBRARY.. [release]: builds and tests the workspace as somebody with cargo alone does,
# and compares what its libraries export with the libraries that Bazel built. With `release`, `cargo check` goes first.
#
# The crates come from the archives that Bazel, too, has unpacked; there is no network.
set -euo pipefail
export LC_ALL=C
# shellcheck source=tests/progress/progress.sh
. tests/progress/progress.sh

workspace=$1
cargo=$(realpath "$2")
shift 2
libraries=() profile=dev folder=debug
for argument in "$@"; do
    case $argument in
    release) profile=release folder=release ;;
    *) libraries+=("$PWD/$argument") ;;
    esac
done
archives=$(dirname "$(find -L .. -maxdepth 2 -type d -name used -path '*crate_archives*' | head -n 1)")
archives=$(realpath "$archives")

# By hand it takes so long that somebody may build meanwhile, which clears the directory that `bazel run` gives.
if [ -n "${BUILD_WORKSPACE_DIRECTORY:-}" ]; then unset TEST_TMPDIR; fi
work=$(mktemp -d "${TEST_TMPDIR:-${TMPDIR:-/tmp}}/workspace.XXXXXX")
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
mkdir -p "$work/vendor" "$work/home"
cp -rL "$workspace" "$work/tree"
chmod -R u+w "$work/tree"

# What cargo calls a directory source. Crates for other systems are known by their manifest only.
unpack() {
    awk '/^name = /    { name = $3 }
         /^version = / { version = $3 }
         /^checksum = / { gsub("\"", ""); print name, version, $3 }' FS='[ "]+' "$work/tree/Cargo.lock" |
        while read -r name version checksum; do
            crate=$name-$version
            if [ -e "$archives/used/$crate.crate" ]; then
                tar --no-same-owner -xzf "$archives/used/$crate.crate" -C "$work/vendor"
            else
                tar --no-same-owner -xzf "$archives/unused/$crate.crate" -C "$work/vendor" "$crate/Cargo.toml"
                mkdir -p "$work/vendor/$crate/src"
                touch "$work/vendor/$crate/src/lib.rs"
            fi
            echo "{\"files\": {}, \"package\": \"$checksum\"}" >"$work/vendor/$crate/.cargo-checksum.json"
        done
}

run_cargo() {
    env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work" CARGO_HOME="$work/home" \
        CARGO_TARGET_DIR="$work/target" CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 \
        RUSTC="${cargo%/*}/rustc" RUSTDOC="${cargo%/*}/rustdoc" \
        "$cargo" "$@" --locked --offline --profile "$profile"
}

exports() { nm -D --defined-only "$1" | awk '{ print $NF }' | sort; }

compare() {
    local name=$1 cargo_name=$2 failed=0
    exports "$name" >"$work/bazel.txt"
    exports "$work/target/$folder/$cargo_name" >"$work/cargo.txt"
    diff "$work/bazel.txt" "$work/cargo.txt" >"$work/diff.txt" || failed=1
    echo "$cargo_name: $(wc -l <"$work/cargo.txt") symbols"
    [ $failed = 0 ] || { echo "${name##*/} and $cargo_name export different symbols:" && cat "$work/diff.txt"; }
    return $failed
}

took() { echo "$1: $((SECONDS - since)) s" && since=$SECONDS; }

# step TITLE COMMAND..: runs a command and says how long it took, or all that it said.
step() {
    progress "$1" "$work/log" "${@:2}" || { cat "$work/log" && exit 1; }
    took "$1"
}

in_rt_min() (cd rt_min && "$@")

since=$SECONDS failed=0
unpack
cat >"$work/home/config.toml" <<END
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "$work/vendor"
END
cp "$work/tree/Cargo.lock" "$work/lock"
took "crates unpacked"
cd "$work/tree"
if [ "$profile" = release ]; then profile=dev step "cargo check" run_cargo check --workspace --all-targets; fi
step "cargo build" run_cargo build
step "cargo build of rt_min" in_rt_min run_cargo build

[ ${#libraries[@]} -ge 18 ] || { echo "only ${#libraries[@]} libraries of Bazel" && exit 1; }
for library in "${libraries[@]}"; do
    case ${library##*/} in
    # The one library that has another name under Bazel.
    libsimple_cranelift.so) compare "$library" libffi_cranelift.so || failed=1 ;;
    *) compare "$library" "${library##*/}" || failed=1 ;;
    esac
done

if [ "$profile" = dev ]; then profile=test; fi
step "cargo test" run_cargo test
step "cargo test of rt_min" in_rt_min run_cargo test --workspace
cmp Cargo.lock "$work/lock" || failed=1
exit $failed
