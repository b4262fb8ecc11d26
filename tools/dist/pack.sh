#!/usr/bin/env bash
# pack.sh OUT NAME VERSION (FOLDER FILE..)..: an archive NAME-VERSION.tar.gz with files in folders, a .pc file per
# static library, and checksums. A folder is an option: --include, --lib, ..; --top is the archive's own.
# OBJCOPY names that program. The same files give the same bytes: names sorted, no owner, one time, plain modes.
set -euo pipefail
export LC_ALL=C
out=$1 name=$2 version=$3
shift 3
top=$name-$version
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
folder=.
for argument in "$@"; do
    case $argument in
    --top) folder=. ;;
    --*) folder=${argument#--} ;;
    *)
        mkdir -p "$stage/$top/$folder"
        target=$stage/$top/$folder/${argument##*/}
        if [ -e "$target" ]; then
            cmp -s "$argument" "$target" || { echo "two files are $folder/${argument##*/}" >&2 && exit 1; }
            continue
        fi
        cp -L "$argument" "$target"
        chmod 644 "$target"
        ;;
    esac
done

mkdir "$stage/$top/lib/pkgconfig"
for archive in "$stage/$top"/lib/lib*.a; do
    # What rustc keeps for link-time optimization between Rust crates: half of the size, and of no use to a C linker.
    "$OBJCOPY" --enable-deterministic-archives --remove-section=.llvmbc --remove-section=.llvmcmd "$archive"
    chmod 644 "$archive"
    library=${archive##*/lib}
    library=${library%.a}
    cat >"$stage/$top/lib/pkgconfig/$library.pc" <<END
prefix=\${pcfiledir}/../..
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: $library
Description: The $library library: its functions are in doc/index.md
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -l$library
Libs.private: -lpthread -ldl -lm
END
done
chmod 755 "$stage/$top"/bin/* "$stage/$top"/lib/lib*.so

(cd "$stage/$top" && find . -type f | sed 's|^\./||' | sort | xargs sha256sum >../SHA256SUMS)
mv "$stage/SHA256SUMS" "$stage/$top"
# 1980-01-01: the first day that every archive format knows.
tar -C "$stage" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@315532800 \
    --mode='u=rwX,go=rX' -cf - "$top" | gzip -n >"$out"
