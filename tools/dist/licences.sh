#!/usr/bin/env bash
# licences.sh OUT FILE..: a list of crates, then the licence texts of each. The files are those of
# licences.bzl; one crate's lie in one folder, whose Cargo.toml has name, version and licence.
set -euo pipefail
export LC_ALL=C
out=$1
shift

# The value of a key of [package]: the first of that name, as cargo writes these files.
value() { sed -n "s/^$1 = \"\(.*\)\"$/\1/p" "$2" | head -n 1; }

crates=$(for file in "$@"; do
    case $file in
    */Cargo.toml)
        folder=${file%/Cargo.toml}
        # Test crates within a crate have a Cargo.toml of their own.
        if [ -n "$(value name "$file")" ] && ! dirname "$folder" | grep -q 'crates__'; then
            printf '%s\t%s\t%s\t%s\n' "$(value name "$file")" "$(value version "$file")" \
                "$(value license "$file")" "$folder"
        fi
        ;;
    esac
done | sort -u)

{
    echo "Third-party crates in these libraries, with their licences and the texts that they come with."
    echo
    while IFS=$'\t' read -r name version licence _; do
        [ -n "$licence" ] || { echo "$name $version names no licence" >&2 && exit 1; }
        printf '%s %s: %s\n' "$name" "$version" "$licence"
    done <<<"$crates"
    while IFS=$'\t' read -r name version licence folder; do
        for file in "$@"; do
            if [ "${file%/*}" = "$folder" ] && [ "${file##*/}" != Cargo.toml ]; then
                printf '\n%s\n%s %s: %s\n\n' "----------------------------------------" "$name" "$version" "${file##*/}"
                cat "$file"
            fi
        done
    done <<<"$crates"
} >"$out"
