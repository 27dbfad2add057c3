#!/usr/bin/env bash
# ci/setup: what it says of packages that cannot be installed. apt-get and sudo are stand-ins, so
# that nothing of this machine changes. With the name of a function as its word, it runs that test
# alone.
# shellcheck disable=SC2016,SC2317 # stand-ins are scripts; functions are called by name
set -euo pipefail

mkdir -p tree/ci bin
cp "$CUPEL_SOURCE/ci/setup" tree/ci/
printf '%s\t%s\t%s\n' '# package' groups why no-such-package-at-all build 'a test' \
    bash fuzz 'is there' >tree/ci/packages.tsv

# stub NAME: a program whose body is read from standard input.
stub() {
    { echo '#!/bin/sh' && cat; } >"bin/$1"
    chmod 755 "bin/$1"
}

# As a user who has sudo, and a service policy that is there already.
stub id <<<'echo 1000'
stub sudo <<<'[ "$1" = test ] || [ "$1" = rm ] || exec "$@"'
stub env <<<'while [ "${1#*=}" != "$1" ]; do shift; done; exec "$@"'

# expect STATUS WORD…: runs ci/setup with the stand-ins, leaves its output in ./out and ./err.
expect() {
    local wanted=$1 status=0
    shift
    PATH=$PWD/bin:$PATH tree/ci/setup "$@" >out 2>err || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "ci/setup $* exits with $status, not $wanted:"
        cat out err
        return 1
    fi
}

package_that_apt_does_not_know_is_named_in_a_sentence() {
    stub apt-get <<<'case "$*" in *install*) echo "E: Unable to locate package"; exit 100 ;; esac'
    expect 1 build
    grep -qx 'ci/setup: apt-get could not install: no-such-package-at-all (E: Unable.*)' err
}

user_without_sudo_is_told_what_to_run() {
    local tool said
    mkdir -p few
    for tool in bash dirname mkdir awk sort tr sed dpkg-query grep; do
        ln -sf "$(command -v "$tool")" few/
    done
    cp bin/id few/
    if PATH=$PWD/few "$BASH" tree/ci/setup build >out 2>err; then
        echo "a missing package is no failure"
        return 1
    fi
    said='ci/setup: packages are missing; as root run: apt-get install'
    [ "$(cat err)" = "$said no-such-package-at-all" ]
}

packages_that_are_there_need_nothing() {
    stub apt-get <<<'echo "apt-get was called" >&2; exit 1'
    expect 0 fuzz
    [ ! -s err ]
}

unknown_group_is_refused_with_the_groups_that_are() {
    expect 2 nonsense
    grep -qx "ci/setup: there is no group 'nonsense' (groups: build fuzz)" err
    expect 2
    grep -q '^Usage: ci/setup' err
}

list_prints_the_packages_of_a_group() {
    expect 0 --list build
    [ "$(cat out)" = no-such-package-at-all ]
}

for test in ${1-package_that_apt_does_not_know_is_named_in_a_sentence \
    user_without_sudo_is_told_what_to_run packages_that_are_there_need_nothing \
    unknown_group_is_refused_with_the_groups_that_are list_prints_the_packages_of_a_group}; do
    "$test" || {
        echo "not ok - ${test//_/ }"
        exit 1
    }
    echo "ok - ${test//_/ }"
done
