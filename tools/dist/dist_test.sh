#!/bin/sh
# dist_test.sh ARCHIVE (PROGRAM.C LIBRARY PAGE)..: unpacks the archive, and builds and runs each program with a C
# compiler and what the archive holds, shared and static, from two places; it prints what its page shows. Where there
# is no pkg-config, its file is read with a few lines of shell.
set -eu

archive=$1
shift
programs=$*
work=${TEST_TMPDIR:-$(mktemp -d)}

fail() {
    echo "$1" >&2
    exit 1
}

# What pkg-config would say: the fields of the .pc file with its variables put in.
read_pc() {
    file=$PKG_CONFIG_PATH/$1.pc
    awk -v dir="$PKG_CONFIG_PATH" -v wanted="$2" '
        /^[a-z]+=/ { at = index($0, "="); value[substr($0, 1, at - 1)] = expand(substr($0, at + 1)) }
        index($0, wanted ": ") == 1 { print expand(substr($0, length(wanted) + 3)) }
        function expand(text,   name) {
            gsub(/\$\{pcfiledir\}/, dir, text)
            for (name in value) gsub("\\$\\{" name "\\}", value[name], text)
            return text
        }' "$file"
}

flags() {
    if command -v pkg-config >/dev/null; then
        pkg-config "--$2" "$1"
    else
        case $2 in
        cflags) read_pc "$1" Cflags ;;
        libs) read_pc "$1" Libs ;;
        esac
    fi
}

command -v pkg-config >/dev/null || echo "pkg-config is not installed; the .pc file is read by this test itself"
mkdir "$work/first" "$work/second"
tar -xzf "$archive" -C "$work/first"
top=$(cd "$work/first" && ls)
(cd "$work/first/$top" && sha256sum --quiet -c SHA256SUMS)
listed=$(wc -l <"$work/first/$top/SHA256SUMS")
found=$(find "$work/first/$top" -type f ! -name SHA256SUMS | wc -l)
[ "$listed" = "$found" ] || fail "$found files, and $listed of them have a checksum"
for folder in bin include lib simple specs doc abi; do
    [ -n "$(ls "$work/first/$top/$folder")" ] || fail "$folder is empty"
done
for file in include/rt.h include/rt_cranelift.h include/rt_all.h simple/cranelift.spl doc/cranelift.md \
    guide/GUIDE.md guide/examples/recursion.c guide/core/INSTRUCTIONS.md \
    abi/cranelift.json lib/libsimple_cranelift.so lib/libsimple_cranelift.a lib/pkgconfig/simple_cranelift.pc \
    lib/libsimple_all.so lib/libsimple_all.a lib/pkgconfig/simple_all.pc; do
    [ -f "$work/first/$top/$file" ] || fail "$file is not there"
done
# The generator needs nothing but itself: the smallest spec of the page about specs becomes a module and a workspace.
sed -n '/^```toml$/,/^```$/p' "$work/first/$top/specs/README.md" | sed '1d;/^```$/q' | sed '$d' >"$work/greet.toml"
ffigen=$work/first/$top/bin/ffigen
"$ffigen" --version
for verb in generate workspace; do
    "$ffigen" "$verb" "$work/greet.toml" --out "$work/$verb"
done
# shellcheck disable=SC2046 # Two words for each module.
"$ffigen" workspace "$work/greet.toml" "$work/first/$top"/specs/*.toml \
    $(printf -- '--baseline %s ' "$work/first/$top"/abi/*.json) --out "$work/together"
grep -q 'rt_greet.h' "$work/together/include/rt_all.h" || fail "the runtime with a module more lacks the module"
grep -q 'rt_greet(' "$work/generate/c/rt_greet.h" || fail "ffigen wrote no header"
cmp "$work/generate/c/rt_greet.h" "$work/workspace/include/rt_greet.h" || fail "the workspace has another header"
[ -f "$work/workspace/Cargo.lock" ] || fail "the workspace pins no versions"

# The output that a page shows: under the heading "The <program>", or its only one.
shown() {
    if grep -q "^## The $1\$" "$2"; then sed -n "/^## The $1\$/,/^## /p" "$2"; else cat "$2"; fi |
        sed -n '/^```text$/,/^```$/p' | sed '1d;$d'
}

# Builds a program with a library of the archive in both ways, and compares what it says with its page.
try() {
    source=$1 library=$2 page=$3 lib=$4
    name=$(basename "$source" .c)
    shown "$name" "$page" >"$work/shown"
    [ -s "$work/shown" ] || fail "$page shows no output of the $name"
    # shellcheck disable=SC2046 # Several options.
    cc -std=c11 -Wall -Wextra -Werror "$source" $(flags "$library" cflags) $(flags "$library" libs) \
        "-Wl,-rpath,$lib" -o "$work/shared"
    # shellcheck disable=SC2046
    cc -std=c11 "$source" $(flags "$library" cflags) "$lib/lib$library.a" -lpthread -ldl -lm -o "$work/static"
    for program in shared static; do
        "$work/$program" >"$work/said"
        diff -u "$work/shown" "$work/said" || fail "the $name ($program $library, $place place) says something else"
    done
    needs=$(readelf -d "$work/static" | grep -c 'NEEDED.*libsimple') || true
    [ "$needs" = 0 ] || fail "the static $name needs a shared library of ours"
}

# A path with spaces, as the README says.
if command -v pkg-config >/dev/null; then
    mkdir "$work/a place"
    mv "$work/first/$top" "$work/a place/$top"
    export PKG_CONFIG_PATH="$work/a place/$top/lib/pkgconfig"
    eval "cc -std=c11 $1 $(pkg-config --cflags --libs "$2") '-Wl,-rpath,$work/a place/$top/lib' -o '$work/spaces'"
    shown "$(basename "$1" .c)" "$3" >"$work/shown"
    "$work/spaces" | diff -u "$work/shown" - || fail "from a path with spaces the program says something else"
    mv "$work/a place/$top" "$work/first/$top"
fi

# Wherever it lies: the second place is another one, and the first is gone.
for place in first second; do
    if [ $place = second ]; then mv "$work/first/$top" "$work/second/$top"; fi
    export PKG_CONFIG_PATH="$work/$place/$top/lib/pkgconfig"
    # shellcheck disable=SC2086 # Three words each: program, library, page.
    set -- $programs
    while [ $# -gt 0 ]; do
        try "$1" "$2" "$3" "$work/$place/$top/lib"
        shift 3
    done
done

# Every page that the index names is there, and every page is in the index.
cd "$work/second/$top/doc"
for page in *.md; do
    [ "$page" = index.md ] || grep -q "]($page)" index.md || fail "the index does not name $page"
done
sed -n 's/.*](\([a-z_]*\.md\)[#)].*/\1/p' index.md | sort -u | while read -r page; do
    [ -e "$page" ] || fail "the index names $page, which is not there"
done
