# What scripts share that plant mistakes and see that each is caught: a check that cannot fail is worth nothing.
# shellcheck shell=sh
# shellcheck disable=SC2034 # The exit code of the script that sources this.
status=0

# caught WORDS COMMAND..: the command says the words, and fails.
caught() {
    words=$1
    shift
    output=$("$@" 2>&1)
    code=$?
    case $output in
    *"$words"*) [ "$code" -ne 0 ] && return ;;
    esac
    status=1
    echo "$*: ended with $code and did not say '$words':"
    echo "$output"
}

# fine COMMAND..: the command does not fail, as nothing is planted.
fine() {
    output=$("$@" 2>&1) && return
    status=1
    echo "$*: nothing is planted, and it fails:"
    echo "$output"
}
