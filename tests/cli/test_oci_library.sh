#!/usr/bin/env bash
# libcupel-oci as someone else has it: installed, found with pkg-config, compiled with, linked with,
# run, looked up in the manual; its records are true; it is silent. With the name of a function as
# its word, it runs that test alone.
# shellcheck disable=SC2317,SC2329 # functions are called by name
set -euo pipefail

description=$CUPEL_BUILD/library/libcupel-oci/libcupel-oci.json
examples=$CUPEL_SOURCE/docs/examples
warnings=(-std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wcast-qual
    -Wstrict-prototypes -Wundef -Wshadow -Werror)

# The library alone, below ./usr.
install_library() {
    cmake --install "$CUPEL_BUILD" --prefix "$PWD/usr" --component libcupel-oci >install.log
    libraries=$PWD/usr/$(sed -n 's/^CMAKE_INSTALL_LIBDIR:PATH=//p' "$CUPEL_BUILD/CMakeCache.txt")
    export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries
}

compilers() {
    local compiler
    for compiler in gcc clang-19; do
        command -v "$compiler" || echo "without: $compiler" >&2
    done
}

# compile COMPILER PROGRAM SOURCE [-static]: with what is installed.
compile() {
    # shellcheck disable=SC2046 # words are what pkg-config gives
    "$1" "${warnings[@]}" -o "$2" "$3" $(pkg-config ${4:+--static} --cflags --libs cupel-oci) \
        -pthread ${4:+"$4"}
}

# make_bundle [SCRIPT]: ./bundle, whose program sleeps, or is that of the shell; a user's has a user
# namespace.
make_bundle() {
    local words=(bundle)
    [ "$(id -u)" -eq 0 ] || words+=(rootless)
    "$CUPEL_SOURCE/tests/make-busybox-bundle" "${words[@]}"
    /usr/bin/python3 - "${1-exec sleep 1000}" <<'END'
import json
import sys

with open("bundle/config.json", encoding="utf-8") as stream:
    config = json.load(stream)
config["process"] |= {"terminal": False, "args": ["sh", "-c", sys.argv[1]]}
with open("bundle/config.json", "w", encoding="utf-8") as stream:
    json.dump(config, stream)
END
}

the_records_are_true() {
    "$CUPEL_SOURCE/cmake/library/library" check "$description"
}

what_is_installed_is_all_that_one_needs() {
    install_library
    [ "$(readlink "$libraries/libcupel-oci.so")" = libcupel-oci.so.0 ]
    ls "$libraries"/{libcupel-oci.a,pkgconfig/cupel-oci.pc} usr/include/cupel/base/err.h >/dev/null
    [ "$(ls usr/include/cupel/oci)" = "$(printf '%s\n' container.h listener.h status.h)" ]
    [ ! -e usr/bin ]
}

each_header_stands_alone_and_without_a_warning() {
    local compiler header
    install_library
    for compiler in $(compilers); do
        for header in usr/include/cupel/*/*.h; do
            echo "#include <${header#usr/include/}>" >alone.c
            $compiler "${warnings[@]}" -Iusr/include -fsyntax-only alone.c
        done
    done
}

the_static_library_has_the_same_names_as_the_shared_one() {
    diff <(nm --extern-only --defined-only --format=posix "$CUPEL_BUILD/lib/libcupel-oci.a" |
        awk 'NF > 1 { print $1 }' | sort) \
        <(sed -n 's/ [0-9.]*$//p' "$CUPEL_SOURCE/src/oci/libcupel-oci.symbols" | grep -v '#' | sort)
}

# (That it prints nothing itself is seen by cli.library, which looks at all libraries.)
a_library_of_its_name_that_prints_is_seen() {
    local objects=src/dns/CMakeFiles/cupel_dns.dir status=0
    mkdir -p "build/$objects" build/lib
    cp "$CUPEL_BUILD/$objects/status.c.o" "build/$objects"
    echo '#include <stdio.h>
int planted(void); int planted(void) { return printf("%d", fputs("", stderr)); }' >planted.c
    gcc -shared -fPIC -o build/lib/libcupel-oci.so planted.c
    "$CUPEL_SOURCE/ci/checks/pure" --build build >said || status=$?
    [ "$status" -eq 1 ]
    grep -q '/libcupel-oci.so:1: wants printf$' said
    grep -q '/libcupel-oci.so:1: wants stderr$' said
}

# shown PAGE: as on a terminal, without what makes letters bold.
shown() {
    mandoc -T ascii "$1" | sed 's/.\x08//g'
}

the_example_of_the_manual_does_what_the_manual_shows() {
    local compiler linked file
    install_library
    make_bundle
    for compiler in $(compilers); do
        for linked in '' -static; do
            compile "$compiler" example "$examples/oci.c" "$linked"
            ./example "$PWD/known" bundle >said 2>err </dev/null
            diff "$examples/oci.out" said
            [ ! -s err ]
            [ -z "$(ls known)" ] # of no container is anything left
        done
    done
    shown usr/share/man/man3/libcupel-oci.3 | tr -d ' \t' >page
    for file in "$examples"/oci.{c,out}; do
        tr -d ' \t' <"$file" | grep . >lines
        if grep -vxFf page lines; then
            return 1
        fi
    done
}

# block KIND: that of docs/library.md, as a file of its own
block() {
    awk -v "begin=\`\`\`$1" '$0 == begin { on = !done; next }
        $0 ~ /^.{3}$/ && $0 == substr(begin, 1, 3) { done = done || on; on = 0 }
        on' "$CUPEL_SOURCE/docs/library.md"
}

the_sandbox_of_the_documentation_does_what_is_shown() {
    local compiler
    install_library
    make_bundle 'tr a-z A-Z <&3 >&4'
    echo hello >question
    block c >sandbox.c
    sed -n '/it prints:$/,$p' "$CUPEL_SOURCE/docs/library.md" | sed -n '4{p;q}' >wanted
    [ -s wanted ]
    for compiler in $(compilers); do
        compile "$compiler" sandbox sandbox.c
        ./sandbox "$PWD/known" bundle >said 2>err </dev/null
        diff wanted said || {
            cat err
            return 1
        }
        [ -z "$(ls known)" ]
    done
    grep -qE '^1 process, \{"type":"stats"|^no limit: ' err
}

# Calls that fail, in a program whose output is a file that must stay empty.
nothing_is_printed_when_calls_fail() {
    install_library
    mkdir -p empty
    cat >failing.c <<'PROGRAM'
#include <oci/container.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

int main(int argc, char **argv)
{
    const struct oci_runtime runtime = { .root = argv[1] };
    const struct oci_container_request requests[] = {
        { .bundle = "none" }, { .bundle = "empty" },
        { .bundle = "empty", .config = "{" }, { .bundle = "empty", .config = "{}" },
        { .bundle = "empty", .config = "\xff" },
    };
    const struct oci_program_request program = { .process = "{" };
    struct oci_started started = { .pidfd = -1 };
    struct oci_oom_watch watch = { .fd = -1 };
    struct oci_container_state state;
    char *json;
    struct err err;
    int told = 0;

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        told += oci_container_create(&runtime, "a", &requests[i], &started, &err) < 0 &&
                strlen(err.sentence) > 10;
    told += oci_container_create(&runtime, "", &requests[0], &started, &err) == -EINVAL;
    told += oci_container_start(&runtime, "a", &err) == -ENOENT;
    told += oci_container_exec(&runtime, "a", &program, &started, &err) == -ENOENT;
    told += oci_container_kill(&runtime, "a", SIGKILL, true, &err) == -ENOENT;
    told += oci_container_pause(&runtime, "a", &err) == -ENOENT;
    told += oci_container_resume(&runtime, "a", &err) == -ENOENT;
    told += oci_container_update(&runtime, "a", "[]", &err) == -EINVAL;
    told += oci_container_read(&runtime, "a", &state, &err) == -ENOENT;
    told += oci_container_format(&runtime, "a", &json, &err) == -ENOENT;
    told += oci_container_ps(&runtime, "a", NULL, NULL, &err) == -ENOENT;
    told += oci_container_stats(&runtime, "a", &json, &err) == -ENOENT;
    told += oci_oom_open(&runtime, "a", &watch, &err) == -ENOENT;
    told += oci_container_delete(&runtime, "a", true, &err) == -ENOENT;
    return argc == 2 && told == 18 && watch.fd == -1 && started.pidfd == -1 ? 0 : 1;
}
PROGRAM
    compile gcc failing failing.c
    ./failing "$PWD/known" >said 2>&1 </dev/null
    [ ! -s said ]
}

the_manual_is_whole_and_well_formed() {
    local page target word
    install_library
    cd usr/share/man
    for page in man3/*.3; do
        target=$(sed -n '1s/^\.so //p' "$page")
        if [ -n "$target" ]; then
            grep -qE "\b$(basename "$page" .3)\b" "$target"
        else
            mandoc -T lint -W warning "$page" | grep -v 'missing date' && return 1
            groff -ww -man -T utf8 "$page" 2>&1 >/dev/null | grep . && return 1
        fi
    done
    while read -r word _; do
        grep -qxF ".B ${word#cupel_}()" "$(sed 's/^\.so //; q' "man3/${word#cupel_}.3")" || {
            echo "no page says what $word does"
            return 1
        }
    done < <(grep -E '^(oci|cupel)_' "$CUPEL_SOURCE/src/oci/libcupel-oci.symbols")
}

if [ ! -f "$description" ]; then
    echo "skip: this build makes no library"
    exit 77
fi
if [ $# -eq 1 ]; then
    "$1"
    exit
fi
failed=0
for test in $(declare -F | awk '{ print $3 }' |
    grep -vxE 'install_library|compilers|compile|make_bundle|block|shown'); do
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
