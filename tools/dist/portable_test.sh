#!/usr/bin/env bash
# portable_test.sh ARCHIVE VERSION STAND_INS: what the archive holds runs with a glibc of that version and knows nothing
# of the machine that built it. STAND_INS are the stand-ins for that glibc (tools/bazel/glibc_floor.sh), which say what
# it has. Prints what each file asks for.
#
# - Programs and shared libraries: no symbol version that is newer, no symbol without one, no library that is not
#   glibc's or the compiler's.
# - Static libraries have no versions: each name that they do not define themselves has to be in the old glibc.
# - No file has a path in it that can only be of the building machine.
set -euo pipefail
export LC_ALL=C
archive=$1 floor=$2 stand_ins=$3
work=${TEST_TMPDIR:-$(mktemp -d)}/portable
mkdir "$work"
failed=0
finding() {
    echo "$1" >&2
    failed=1
}

# What an old glibc linked into each program itself (libc_nonshared.a before 2.33), and what no library holds.
own='atexit at_quick_exit pthread_atfork stat fstat lstat stat64 fstat64 lstat64 fstatat fstatat64 mknod mknodat
    __tls_get_addr _GLOBAL_OFFSET_TABLE_'
libraries='^(libc|libm|libpthread|libdl|librt|libutil|libgcc_s|ld-linux-x86-64|ld-linux-aarch64)\.so\.[0-9]$'

# Symbols of a file as lines NAME IS_DEFINED IS_WEAK; of an archive, of all its members.
symbols() {
    readelf -W "$2" "$1" 2>/dev/null |
        awk '$5 == "GLOBAL" || $5 == "WEAK" { print $8, $7 != "UND", $5 == "WEAK" }'
}

check_dynamic() {
    local file=$1 name newest needed
    newest=$(readelf -W --version-info "$file" | sed -n '/Version needs/,$s/.*Name: GLIBC_\([0-9.]*\) .*/\1/p' |
        sort -uV | tail -n 1)
    [ -n "$newest" ] || finding "$file asks for no version of glibc at all: it was not read rightly"
    [ "$(printf '%s\n' "$newest" "$floor" | sort -V | tail -n 1)" = "$floor" ] ||
        finding "$file asks for glibc $newest, newer than $floor"
    while read -r name _; do
        finding "$file needs $name without a version: see tools/bazel/glibc_floor.c"
    done < <(symbols "$file" --dyn-syms | awk '!$2 && !$3 && $1 !~ /@/ && $1 != ""')
    for needed in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        [[ $needed =~ $libraries ]] || finding "$file needs the library $needed"
    done
    if readelf -d "$file" | grep -E '\((RPATH|RUNPATH)\)' >&2; then
        finding "$file looks for libraries in a fixed place"
    fi
    echo "${file#"$top"/}: glibc $newest"
}

check_static() {
    local file=$1 name count
    symbols "$file" --syms | awk '
        { sub(/@.*/, "", $1); if ($2) defined[$1]; else if (!$3) wanted[$1] }
        END { for (name in wanted) if (!(name in defined)) print name }' | sort >"$work/wanted"
    count=$(wc -l <"$work/wanted")
    [ "$count" -gt 0 ] || finding "$file wants nothing of glibc: it was not read rightly"
    while read -r name; do
        case $name in
        _Unwind_* | __register_frame | __deregister_frame) ;; # The compiler's.
        # Parts of capstone for targets that its crate leaves out; nothing takes these members.
        EVM_get_insn_id | EVM_insn_name | WASM_get_insn_id | WASM_insn_name) ;;
        *) finding "$file wants $name, which glibc $floor does not have" ;;
        esac
    done < <(comm -23 "$work/wanted" "$work/have")
    echo "${file#"$top"/}: $count names, all in glibc $floor"
}

# The folders of this very build, which nothing is to remember, and what folders of builds in general look like.
check_paths() {
    local output_base=${TEST_SRCDIR:-$PWD} source
    output_base=${output_base%%/sandbox/*}
    source=$(readlink -f "${BASH_SOURCE[0]}")
    printf '%s\n' "${output_base%%/execroot/*}" "${source%/tools/dist/*}" >"$work/fixed"
    local general='/(workspace|Users|builds?|nix/store)/[A-Za-z0-9_.-]+/|/execroot/|linux-sandbox|bazelw/'
    general+='|\.rustup|\.cargo/'
    if grep -rahoF -f "$work/fixed" "$top" | sort | uniq -c >&2; then
        finding "files hold the path of this build (above)"
    fi
    if grep -rahoE "($general)[A-Za-z0-9_./-]*" "$top" | sort | uniq -c >&2; then
        finding "files hold paths of a building machine (above)"
    fi
    echo "looked for paths of a building machine, such as: $(sort -u "$work/fixed" | paste -sd" ")"
}

tar -xzf "$archive" -C "$work"
top=$(echo "$work"/*-[0-9]*)
{
    for library in "$stand_ins"/*.so; do
        if [ "${library##*/}" != libc.so ]; then symbols "$library" --dyn-syms; fi
    done | awk '$2 { sub(/@.*/, "", $1); print $1 }'
    printf '%s\n' $own
} | sort -u >"$work/have"

programs=0
while read -r file; do
    case $(head -c 8 "$file" | tr '\0' ' ') in
    $'\x7fELF'*) check_dynamic "$file" && programs=$((programs + 1)) ;;
    '!<arch>'*) check_static "$file" ;;
    esac
done < <(find "$top" -type f | sort)
[ "$programs" -ge 2 ] || finding "only $programs programs and shared libraries found"
check_paths
exit "$failed"
