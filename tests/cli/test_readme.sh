#!/usr/bin/env bash
# README.md, CONTRIBUTING.md and docs/: what they tell a reader to type works, and what they name is
# there. With the name of a function as its word, it runs that test alone.
# shellcheck disable=SC2016,SC2317,SC2329 # backquotes are Markdown's; functions are called by name
set -euo pipefail

# The tree as a reader has it after `make`: the programs are in build/bin, and not in $PATH.
as_a_reader() {
    mkdir -p tree/build
    ln -s "$CUPEL_BIN" tree/build/bin
    cp -r "$CUPEL_SOURCE/tests" tree/
    cd tree
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
}

# line START: the command of the README that begins so, without its comment.
line() {
    sed -n "s/ *#.*//; /^$1/ { p; q }" "$CUPEL_SOURCE/README.md"
}

a_bundle_is_made_run_and_planned_as_the_readme_says() {
    if [ ! -x /bin/busybox ] || ! unshare --user --map-root-user true; then
        echo "without: busybox-static or user namespaces"
        return
    fi
    as_a_reader
    eval "$(line tests.make-busybox-bundle)"
    [ "$(eval "$(line 'build.bin.cupel run bundle')")" = hello ]
    eval "$(line 'build.bin.cupel-oci plan')" >plan
    grep -q pivot plan
}

a_bundle_that_cannot_be_made_leaves_nothing() {
    as_a_reader
    rm build/bin
    ! tests/make-busybox-bundle bundle 2>err || return 1
    [ "$(wc -l <err)" -eq 1 ]
    [ ! -e bundle ]
}

documents() {
    (cd "$CUPEL_SOURCE" && ls README.md CONTRIBUTING.md CHANGELOG.md docs/*.md)
}

every_link_leads_to_a_file() {
    local document target
    for document in $(documents); do
        grep -oE '\]\([^):#]+' "$CUPEL_SOURCE/$document" | cut -c 3- >links || true
        while read -r target; do
            [ -e "$CUPEL_SOURCE/$(dirname "$document")/$target" ] || {
                echo "$document: there is no $target"
                return 1
            }
        done <links
    done
}

every_path_that_is_named_is_there() {
    local document path
    for document in $(documents); do
        grep -oE '`(\.ci|bench|ci|cmake|corpus|docs|fuzz|src|tests|vm)/[a-zA-Z0-9_./-]+`' \
            "$CUPEL_SOURCE/$document" | tr -d '`' >paths || true
        while read -r path; do
            [ -e "$CUPEL_SOURCE/$path" ] || {
                echo "$document: there is no $path"
                return 1
            }
        done <paths
    done
}

every_word_of_make_that_is_named_is_one() {
    local document word
    for document in $(documents); do
        grep -oE '(^|`)make [a-z]+' "$CUPEL_SOURCE/$document" | sed 's/.*make //' >words || true
        while read -r word; do
            grep -q "^$word:" "$CUPEL_SOURCE/Makefile" || {
                echo "$document: there is no 'make $word'"
                return 1
            }
        done <words
    done
}

the_table_of_programs_names_their_commands() {
    local program
    for program in cupel cupel-oci cupel-dns-ctl cupel-wire; do
        "$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort >commands
        grep "^| \`$program\` " "$CUPEL_SOURCE/README.md" | cut -d '|' -f 3 |
            grep -oE '`[a-z]+`' | tr -d '`' | sort >named
        diff named commands || {
            echo "$program: README.md has other commands than --help"
            return 1
        }
    done
}

if [ $# -eq 1 ]; then
    "$1"
    exit
fi
failed=0
for test in $(declare -F | awk '{ print $3 }' | grep -vxE 'as_a_reader|line|documents'); do
    # A shell and a directory of its own: inside a condition, this one would go on after a failure.
    mkdir "$test"
    if (cd "$test" && "$0" "$test"); then
        echo "ok $test"
    else
        echo "not ok $test"
        failed=1
    fi
done
exit $failed
