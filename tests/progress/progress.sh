# shellcheck shell=bash
# How far a long run is, for scripts in bash that source this; `progress.h` says the same in programs in C.
#
# progress WHAT LOG COMMAND..: runs the command with all that it prints in LOG. Whenever ten seconds have passed, a line
# on standard error says `SCRIPT: WHAT, N s: the last words of LOG`. Gives the exit code of the command, which stops at
# its first failure only if it does so itself. A short form, a test that Bazel runs, says nothing.
# Environment: PROGRESS_SECONDS, in place of ten.

# With these, Bazel's own progress is lines of its log.
# shellcheck disable=SC2034 # Used where this is sourced.
progress_lines=(--color=no --curses=no --show_progress_rate_limit=5)

progress() {
    local what=$1 log=$2 code=0
    shift 2
    : >"$log"
    # What says the lines reads from this descriptor, and ends when nobody holds it any more, whatever ends us. It is a
    # child of a child, so that `wait` does not wait for it.
    exec 7> >(progress_say "$what" "$log" <&0 &)
    "$@" >"$log" 2>&1 7>&- || code=$?
    exec 7>&-
    return "$code"
}

progress_say() {
    local code begin=$SECONDS
    if [ -n "${TEST_TARGET:-}" ] && [ -z "${BUILD_WORKSPACE_DIRECTORY:-}" ]; then return; fi
    while code=0 && { read -rt "${PROGRESS_SECONDS:-10}" || code=$?; } && [ "$code" -gt 128 ]; do
        printf '%s: %s, %d s: %s\n' "${0##*/}" "$1" $((SECONDS - begin)) "$(grep . "$2" | tail -n 1 | cut -c 1-120)" >&2
    done
}

# progress_end LOG COUNT: the last lines of a log of Bazel, without those that said how far it was.
progress_end() { { grep -vE '^(\[[0-9,]+ / [0-9,]+\]|Loading:|Analyzing:|    )' "$1" || true; } | tail -n "$2"; }
