# shellcheck shell=bash
# The private root: a directory with Debian packages, Bazel among them, that bazelw makes once and enters with
# bubblewrap.
#
# Sourced by bazelw, which sets `project`, `cwd`, `cache`, `bazel_version` and defines `say`, `die` and
# `write_rc`.
# Invariant: a directory named root-HASH is complete. It is made under another name and renamed when all is done,
# by one process at a time.
# Invariant: HASH covers all that the root is made of, so that a change of the recipe makes a new root and leaves
# the old one usable.
# Invariant: a root is removed only when nobody has used it for long and no program runs in it.

suite=forky
# Bazel and its rules; a C and C++ compiler with the sanitizers' libraries; what patches rules_rust; `file`, with
# which Bazel describes what tests leave.
packages=bazel-bootstrap,bazel-rules-rust,bazel-rules-shell,binutils,ca-certificates,file,g++,libc6-dev,patch
# Modules that dependencies name and that nothing on Linux uses.
stub_modules='buildozer apple_support protobuf zlib aspect_rules_js'
# Files of the machine that programs inside see: who the user is, and names of hosts for what `bazelw run` starts.
machine_files='/etc/passwd /etc/group /etc/hosts /etc/resolv.conf'
needed_mb=3000
# After so many days without use, a root is removed.
keep_days=${BAZELW_KEEP_DAYS:-30}
patch_file=$project/third_party/rules_rust.patch
recipe_hash=$({
    echo "format 3 $suite $packages $stub_modules $bazel_version"
    cat "$patch_file"
} | sha256sum | cut -c1-16)
root=$cache/root-$recipe_hash

ensure_private_root() {
    find_bwrap
    if touch "$root/opt/bazelw/used" 2>/dev/null; then
        remove_old_roots
        return
    fi
    exec 9>"$cache/lock"
    if ! flock --nonblock 9; then
        say "another bazelw is setting up Bazel; waiting for it"
        flock 9
    fi
    if [ ! -d "$root" ]; then make_private_root; fi
    exec 9>&-
    touch "$root/opt/bazelw/used"
    remove_old_roots
}

# Removes the roots that were made for other recipes and that nobody has used for long. Each use leaves its time in
# the root. A root is renamed first, so that a bazelw that starts now makes a new one instead of using half of it.
remove_old_roots() {
    local old doomed
    for old in "$cache"/root-*; do
        case $old in
        "$root" | *.tmp.*) continue ;;
        esac
        if ! is_unused "$old"; then continue; fi
        # Somebody who makes a root or removes one will do.
        exec 9>"$cache/lock"
        if flock --nonblock 9 && [ -d "$old" ]; then
            doomed=$old.tmp.$$
            mv -T "$old" "$doomed"
            if is_unused "$doomed" && ! has_programs "$old" && ! has_programs "$doomed"; then
                say "removing ${old##*/}, which nobody has used for $keep_days days"
                remove_tree "$doomed"
            else
                mv -T "$doomed" "$old"
            fi
        fi
        exec 9>&-
    done
}

# Was a root used the last time long ago? One that was never used since there are times has that of its making.
is_unused() {
    local stamp=$1/opt/bazelw/used
    if [ ! -e "$stamp" ]; then stamp=$1; fi
    [ -n "$(find "$stamp" -prune -mmin +$((keep_days * 1440)) 2>/dev/null)" ]
}

# Does a program have a directory as its root, as the Bazel server has that works in one? By its name: where the file
# system of the cache is mounted is another matter.
has_programs() { cat /proc/[0-9]*/mountinfo 2>/dev/null | grep -qF "/${1##*/} / "; }

# Installs a Debian package on this machine if we are root, else says what to do.
need_program() {
    local program=$1 package=$2
    if command -v "$program" >/dev/null 2>&1; then return; fi
    command -v apt-get >/dev/null 2>&1 ||
        die "there is no Bazel ${bazel_version%%.*} on PATH, and no apt on this machine to set one up from" \
        "Install Bazel $bazel_version (or bazelisk), enter the Nix shell (nix develop), or use a Debian machine."
    [ "$(id -u)" = 0 ] || die "$program is needed to set up Bazel, and only root may install it" \
        "As root: apt-get install $package" \
        "Or install Bazel $bazel_version (or bazelisk), or enter the Nix shell (nix develop)."
    say "installing the Debian package $package"
    {
        apt-get install -y --no-install-recommends "$package" ||
            { apt-get update && apt-get install -y --no-install-recommends "$package"; }
    } >"$cache/apt.log" 2>&1 </dev/null || {
        tail -n 5 "$cache/apt.log" >&2
        die "apt-get could not install $package (see above; the whole log is $cache/apt.log)" "Is the mirror reachable?"
    }
}

find_bwrap() {
    need_program bwrap bubblewrap
    local said
    said=$(bwrap --dev-bind / / true 2>&1) || die "bubblewrap may not make namespaces here: ${said##*$'\n'}" \
        "In a container: start it with the right to do so (--privileged, or --cap-add SYS_ADMIN)." \
        "On a machine: allow unprivileged user namespaces. Or install Bazel $bazel_version (or bazelisk)."
}

# The mirror that this machine's apt uses for the Debian archive.
find_mirror() {
    mirror=${BAZELW_MIRROR:-}
    if [ -n "$mirror" ]; then return; fi
    # shellcheck disable=SC2016 # Names of apt's, not of the shell's.
    local fields='$(REPO_URI) $(COMPONENT) $(CODENAME) $(ORIGIN)'
    mirror=$(apt-get indextargets --format "$fields" 'Created-By: Packages' 2>/dev/null |
        awk '$2 == "main" && $3 !~ /-/ && ($4 == "Debian" || $4 == "") { print $1; exit }')
    [ -n "$mirror" ] || die "apt of this machine has no Debian mirror configured" \
        "Set BAZELW_MIRROR to the URI of one, or install Bazel $bazel_version (or bazelisk)."
}

make_private_root() {
    need_program mmdebstrap mmdebstrap
    if [ "$(id -u)" != 0 ]; then need_program newuidmap uidmap; fi
    find_mirror
    local old free_mb temporary log=$cache/setup.log source
    # Whoever holds the lock is alone: what is left here is from a set-up that was interrupted.
    for old in "$cache"/root-*.tmp.*; do
        if [ -e "$old" ]; then remove_tree "$old"; fi
    done
    free_mb=$(($(df -Pk "$cache" | awk 'NR == 2 { print $4 }') / 1024))
    [ "$free_mb" -ge $needed_mb ] || die "setting up Bazel needs $needed_mb MB in $cache, and $free_mb MB are free" \
        "Free some, or set BAZELW_CACHE to a directory on another disk."
    say "setting up Bazel $bazel_version once, from Debian packages"
    say "  about 700 MB to download, 1.5 GB in $cache, one to three minutes"
    temporary=$root.tmp.$$
    # shellcheck disable=SC2064 # The value of now.
    trap "remove_tree '$temporary'" EXIT
    trap 'say "interrupted; nothing is left behind"; exit 130' INT TERM HUP
    source="deb $mirror $suite main"
    local debstrap=(mmdebstrap --variant=apt --include="$packages"
        --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "2"')
    if [ "$(id -u)" = 0 ]; then
        "${debstrap[@]}" "$suite" "$temporary" "$source" 9>&- </dev/null 2>&1 | report_progress "$log"
    else
        # Files of a user-namespace set-up belong to other ids, so the user's own copy is unpacked from an
        # archive.
        mkdir "$temporary"
        "${debstrap[@]}" --mode=unshare --format=tar "$suite" - "$source" \
            9>&- </dev/null 2> >(report_progress "$log") |
            tar -x -C "$temporary" --no-same-owner --exclude='./dev/*'
    fi || {
        grep -E '^(E|Err|W: Failed)' "$log" | tail -n 5 >&2
        die "the Debian packages could not be installed (see above; the whole log is $log)" \
            "Is the mirror reachable ($mirror)? Another one can be given as BAZELW_MIRROR. Then run this again."
    }
    finish_private_root "$temporary"
    mv -T "$temporary" "$root"
    trap - EXIT INT TERM HUP
    say "Bazel is set up in $root"
}

# Turns the messages of mmdebstrap into lines of ours.
report_progress() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line" >&3
        case $line in
        'I: running'* | 'I: downloading'* | 'I: extracting'* | 'I: installing'*) say "  ${line#I: }" ;;
        esac
    done 3>"$1"
}

# Adds what Debian does not package: stubs of unused modules, an empty registry, and our patch of rules_rust.
finish_private_root() {
    local top=$1 module found
    local own=$top/opt/bazelw rc=$top/opt/bazelw/bazelrc
    for found in $machine_files; do
        # Something to mount on; a link could lead out of the root.
        if [ -L "$top$found" ] || [ ! -e "$top$found" ]; then rm -f "$top$found" && : >"$top$found"; fi
    done
    mkdir -p "$own/registry/modules"
    {
        # Debian's settings, less those for building Debian packages.
        grep -E '^(startup|common) ' "$top/etc/bazel/bazelrc"
        printf '%s\n' "common --registry=file:///opt/bazelw/registry" \
            "common --override_module=rules_rust=/opt/bazelw/rules_rust" \
            "common --override_module=rules_shell=/usr/share/bazel/rules/shell"
    } >"$rc"
    rm "$top/etc/bazel/bazelrc"
    for module in $stub_modules; do
        printf 'common --override_module=%s=/opt/bazelw/stubs/%s\n' "$module" "$module" >>"$rc"
        mkdir -p "$own/stubs/$module"
        printf 'module(name = "%s")\n' "$module" >"$own/stubs/$module/MODULE.bazel"
        : >"$own/stubs/$module/BUILD.bazel"
    done
    cp -r "$top/usr/share/bazel/rules/rust" "$own/rules_rust"
    cp "$patch_file" "$own/rules_rust.patch"
    bwrap --bind "$top" / --dev-bind /dev /dev --proc /proc \
        patch --quiet -p1 -d /opt/bazelw/rules_rust -i /opt/bazelw/rules_rust.patch >&2 ||
        die "third_party/rules_rust.patch does not apply to the rules_rust of Debian's $suite" "Please report this."
    found=$(cat "$top/usr/share/bazel/build-label.txt" 2>/dev/null || true)
    case $found in
    "${bazel_version%%.*}."*) ;;
    *) die "Debian's suite $suite has Bazel '$found' now, and this project needs Bazel ${bazel_version%%.*}" \
        "Install Bazel $bazel_version (or bazelisk), and please report this." ;;
    esac
}

# Removes a tree without ever following a mount into the machine.
remove_tree() { rm -rf --one-file-system -- "$1"; }

# The files that a program of `bazel run` is given behind `--` are to be there for it, wherever they are. Bazel's
# client starts the program, so the server need not know of them. What the root has itself is not hidden.
bind_arguments() {
    local path is_argument=
    arguments=()
    if [ "${1:-}" != run ]; then return; fi
    for path in "$@"; do
        if [ "$path" = -- ]; then is_argument=1; fi
        path=${path#--*=}
        if [ -z "$is_argument" ] || [ "${path#/}" = "$path" ]; then continue; fi
        # One that is still to be written has a folder.
        if [ ! -e "$path" ]; then path=$(dirname "$path"); fi
        case $path/ in
        // | /usr/* | /bin/* | /sbin/* | /lib*/* | /etc/* | /opt/* | /var/* | /proc/* | /sys/* | /dev/* | /run/*) ;;
        *) if [ -e "$path" ]; then arguments+=(--bind "$(readlink -f "$path")" "$path"); fi ;;
        esac
    done
}

exec_in_private_root() {
    local rc=$1 tmp=${TMPDIR:-/tmp} path binds=()
    shift
    if [ ! -d "$tmp" ]; then tmp=/tmp; fi
    # The same path inside as outside keeps links, messages and file names valid.
    for path in "$project" "$cache" "$cargo_home" "$rust_sysroot" /tmp "$tmp"; do
        binds+=(--bind "$path" "$path")
    done
    for path in $machine_files; do
        if [ -e "$path" ]; then binds+=(--ro-bind "$(readlink -f "$path")" "$path"); fi
    done
    case $rust_sysroot in
    /usr | /) die "the private Bazel cannot use a Rust that is a part of this system ($rust_sysroot/bin/rustc)" \
        "Install it with rustup, or install Bazel $bazel_version (or bazelisk)." ;;
    /nix/*) binds+=(--ro-bind /nix /nix) ;;
    esac
    bind_arguments "$@"
    # A server keeps the mounts it was started with. The property makes Bazel start a new one when they change.
    write_rc "$rc" "import /opt/bazelw/bazelrc" "startup --output_user_root=$cache/out" \
        "startup --host_jvm_args=-Dbazelw=$(printf '%s\n' "$root" "${binds[@]}" | sha256sum | cut -c1-16)"
    exec bwrap --bind "$root" / --dev-bind /dev /dev --bind /proc /proc --bind /sys /sys \
        "${binds[@]}" "${arguments[@]}" \
        --setenv HOME "${HOME:-$cache}" --setenv PATH /usr/sbin:/usr/bin:/sbin:/bin --setenv LC_ALL C.UTF-8 \
        --unsetenv JAVA_HOME --unsetenv LD_LIBRARY_PATH --unsetenv LD_PRELOAD --chdir "$cwd" \
        /usr/bin/bazel --bazelrc="$rc" "$@"
}
