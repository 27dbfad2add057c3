# shellcheck shell=bash disable=SC2034 # some variables are for those who source this
# What the tests of the campaign share. Without its engines the test that sources it is skipped.
campaign=$CUPEL_SOURCE/fuzz/campaign

for program in clang-19 afl-fuzz afl-clang-fast; do
    command -v "$program" >/dev/null || {
        echo "skipped: $program is not installed" >&2
        exit 77
    }
done

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

ask() {
    /usr/bin/python3 -c "import json, sys; fuzz = json.load(open(sys.argv[1])); $2" "$1" "${@:3}"
}
