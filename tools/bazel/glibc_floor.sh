#!/usr/bin/env bash
# Makes link-time stand-ins for the C library of an older glibc out of the glibc of the toolchain:
#
#   glibc_floor.sh VERSION COMPILER NM AR OUT_DIRECTORY COMPAT_C..
#
# A library or program that is linked against them asks for no symbol version newer than VERSION, so it loads wherever
# glibc is that old or newer. Why this works: glibc never drops a symbol version, so a new one knows all versions of an
# old one. The stand-ins hold names and versions, no code; at run time the machine's own glibc is used.
#
# - A name gets its newest version that is not newer than VERSION. A name without one is left out: a weak reference to
#   it is then null, which is how Rust's standard library asks whether the machine has a function.
# - Before 2.34 the functions of threads, of dynamic loading and some others lived in libraries of their own. A name
#   whose older version hides behind one of 2.29 or later has moved; it goes back into the library that it came from.
# - Functions that a program needs and that have no older version at all stand in COMPAT_C, over what they replaced;
#   one object each, of which the linker takes what is asked for.
set -euo pipefail
export LC_ALL=C
version=$1 compiler=$2 nm=$3 ar=$4 out=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# NAME VERSION IS_DEFAULT KIND of every symbol of a library.
symbols() {
    "$nm" -D --defined-only --with-symbol-versions "$("$compiler" -print-file-name="$1")" |
        sed -n 's/^[0-9a-f]* \([A-Za-z]\) \([^@]*\)@\(@\{0,1\}\)GLIBC_\([0-9.]*\)$/\2 \4 0\3 \1/p'
}

# Chooses a version for each name: LIBRARY NAME VERSION KIND.
choose() {
    awk -v library="$1" -v floor="$version" '
        function number(text, part) { split(text, part, "."); return part[1] * 1e6 + part[2] * 1e3 + part[3] }
        function origin(name) {
            if (name ~ /^dl[a-z]/) return "libdl.so.2"
            if (name ~ /^(aio_|lio_|mq_|shm_|timer_|__mq_)/) return "librt.so.1"
            if (name ~ /^(openpty|forkpty|login|login_tty|logout|logwtmp)$/) return "libutil.so.1"
            if (name ~ /^(gai_|getaddrinfo_a$)/) return "libanl.so.1"
            if (name ~ /^_*(res|dn|ns|inet_net|inet_neta)_/) return "libresolv.so.2"
            if (name ~ /^(__)?(pthread|sem|thrd|tss|mtx|cnd|call_once|pthread_|lock)/) return "libpthread.so.0"
            return library
        }
        number($2) <= number(floor) { if (number($2) > number(best[$1])) { best[$1] = $2; kind[$1] = $4 } }
        $3 == "0@" && number($2) > number("2.28") { moved[$1] = 1 }
        END {
            for (name in best)
                print (moved[name] && library == "libc.so.6" ? origin(name) : library), name, best[name], kind[name]
        }'
}

for library in libc.so.6 libm.so.6; do
    symbols "$library" | choose "$library"
done | sort >"$work/all"

# The libraries, with the names under which the linker looks for them. A library that is empty before it moved into
# libc stays one with its old versions.
for pair in libc-floor.so:libc.so.6 libm.so:libm.so.6 libpthread.so:libpthread.so.0 libdl.so:libdl.so.2 \
    librt.so:librt.so.1 libutil.so:libutil.so.1; do
    file=${pair%%:*} soname=${pair##*:}
    awk -v library="$soname" '$1 == library' "$work/all" >"$work/names"
    awk '{
        data = $4 ~ /[BDRV]/
        print (data ? ".data" : ".text")
        print ".globl ffi_" NR "\n.type ffi_" NR ", " (data ? "@object\n.size ffi_" NR ", 8" : "@function")
        print "ffi_" NR ": .quad 0\n.symver ffi_" NR ", " $2 "@@GLIBC_" $3
    } END { print ".section .note.GNU-stack,\"\",@progbits" }' "$work/names" >"$work/stub.s"
    { cut -d' ' -f3 "$work/names" | sort -uV | sed 's/.*/GLIBC_& {};/'; echo "{ local: ffi_*; };"; } >"$work/stub.map"
    if [ -s "$work/names" ]; then sed -i '$d' "$work/stub.map"; fi
    "$compiler" -shared -nostdlib -Wl,-soname,"$soname" -Wl,--version-script="$work/stub.map" -Wl,--build-id=none \
        "$work/stub.s" -o "$out/$file"
done

cp "$("$compiler" -print-file-name=libc_nonshared.a)" "$work/libfloor.a"
chmod u+w "$work/libfloor.a"
for compat in "$@"; do
    object=$work/$(basename "$compat" .c).o
    "$compiler" -O2 -fPIC -fvisibility=hidden -c "$compat" -o "$object"
    "$ar" rD "$work/libfloor.a" "$object"
done
cp "$work/libfloor.a" "$out/"
loader=$(basename "$(sed -n 's/.*AS_NEEDED *( *\([^ )]*\).*/\1/p' "$("$compiler" -print-file-name=libc.so)")")
echo "GROUP ( libc-floor.so libfloor.a AS_NEEDED ( $loader ) )" >"$out/libc.so"
