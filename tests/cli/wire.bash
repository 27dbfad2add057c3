# What the tests of cupel-wire share; each sources it, has a function for each test, and ends with
# run_tests "$@".
# shellcheck shell=bash disable=SC2094  # no pipeline has both ends

# Writes the octets of hexadecimal digits; spaces are for the reader.
wire() {
    tr -d ' \n' <<<"$1" | sed 's/../\\x&/g' | xargs -0 printf '%b'
}

# expect STATUS COMMAND…: runs it, leaves its output in ./out and ./err.
expect() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "'$*' exits with $status, not $wanted:"
        cat out err
        return 1
    fi
}

# same FILE TEXT: the file holds exactly this.
same() {
    diff <(printf '%s\n' "$2") "$1"
}

# Runs all functions of the script but for those that help others, or the one that is its word.
run_tests() {
    local test failed=0
    if [ $# -eq 1 ]; then
        "$1"
        return
    fi
    local helpers='wire|expect|same|run_tests|captures'
    for test in $(declare -F | awk '{ print $3 }' | grep -vxE "$helpers"); do
        # A shell of its own: inside a condition, this one would go on after a failure.
        if "$0" "$test"; then
            echo "ok $test"
        else
            echo "not ok $test"
            failed=1
        fi
    done
    return $failed
}
