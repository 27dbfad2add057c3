#!/usr/bin/env bash
# libcupel-dns as someone else has it: installed, found with pkg-config, compiled with, linked with,
# looked up in the manual; and its records are true. With the name of a function as its word, it
# runs that test alone.
# shellcheck disable=SC2317,SC2329 # functions are called by name
set -euo pipefail

description=$CUPEL_BUILD/library/libcupel-dns/libcupel-dns.json
symbols=tree/src/dns/libcupel-dns.symbols # of a_copy
warnings=(-std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wcast-qual
    -Wstrict-prototypes -Wundef -Wshadow -Werror)

# The library alone, below ./usr.
install_library() {
    cmake --install "$CUPEL_BUILD" --prefix "$PWD/usr" --component libcupel-dns >install.log
    libraries=$PWD/usr/$(sed -n 's/^CMAKE_INSTALL_LIBDIR:PATH=//p' "$CUPEL_BUILD/CMakeCache.txt")
    export PKG_CONFIG_PATH=$libraries/pkgconfig
}

compilers() {
    local compiler
    for compiler in gcc clang-19; do
        command -v "$compiler" || echo "without: $compiler" >&2
    done
}

# library WORD…: the tool that makes and checks what a library has beside its code.
library() {
    "$CUPEL_SOURCE/cmake/library/library" "$@"
}

# a_copy: ./tree, in which the headers and the records may be changed, and ./copy.json.
a_copy() {
    mkdir -p tree
    cp -r "$CUPEL_SOURCE/src" tree/
    sed "s|$CUPEL_SOURCE/src|$PWD/tree/src|g" "$description" >copy.json
}

# complains SENTENCE: a check of the copy says so, and nothing else.
complains() {
    local status=0
    library check copy.json >said || status=$?
    [ "$status" -eq 1 ] && diff <(echo "$1") said
}

the_records_are_true() {
    library check "$description"
}

a_function_that_is_not_in_the_record_is_seen() {
    a_copy
    printf '\n/* Is new. */\nint dns_planted(void);\n' >>tree/src/dns/status.h
    complains "dns/status.h: dns_planted is declared, but not in libcupel-dns.symbols"
}

a_header_that_is_neither_for_users_nor_internal_is_seen() {
    a_copy
    touch tree/src/dns/planted.h
    complains "dns/planted.h: is neither among the HEADERS nor among the INTERNAL of cupel-dns"
}

a_symbol_that_no_header_declares_is_seen() {
    a_copy
    echo 'dns_planted 0.1.0' >>"$symbols"
    complains "libcupel-dns.symbols: no installed header declares dns_planted
libcupel-dns.symbols: the shared object does not export dns_planted"
}

a_symbol_that_is_exported_by_accident_is_seen() {
    a_copy
    sed -i '/^dns_status_text /d' "$symbols"
    sed -i '/^const char \*dns_status_text/d' tree/src/dns/status.h
    complains "libcupel-dns.symbols: the shared object exports dns_status_text, too"
}

another_size_or_number_is_seen() {
    a_copy
    sed -i 's|^    uint16_t udp_size;|    uint32_t udp_size;|' tree/src/dns/edns.h
    # The copy's headers as they are installed are what is measured.
    sed -i "s|$CUPEL_BUILD/library/libcupel-dns/include|$PWD/include|" copy.json
    library headers copy.json include
    library check copy.json >said && return 1
    grep -qx "libcupel-dns.layout: 'struct dns_edns: udp_size at 0, 4 octets' is new" said
    grep -qx "libcupel-dns.layout: 'struct dns_edns: udp_size at 0, 2 octets' is so no more" said
}

# in_history VERSION: ./copy.json is of this version, and git has the copy with dns_gone 0.0.1.
in_history() {
    a_copy
    sed -i "s/\"version\": \"[^\"]*\"/\"version\": \"$1\"/" copy.json
    echo 'dns_gone 0.0.1' >>"$symbols"
    git -C tree init -q
    git -C tree add src/dns/libcupel-dns.symbols
    git -C tree -c user.name=x -c user.email=x@example.test commit -qm x
}

a_symbol_of_a_release_stays_as_long_as_the_soname() {
    in_history 0.0.2
    if library update copy.json 2>err; then
        return 1
    fi
    grep -q 'dns_gone was in 0.0.1' err
    sed -i '/^dns_gone /d' "$symbols"
    complains "libcupel-dns.symbols: dns_gone (since 0.0.1) is gone:\
 programs need it until the SONAME is another"
    sed -i 's/\.so\.0$/.so.1/' "$symbols"
    library check copy.json
}

a_symbol_of_no_release_may_go() {
    in_history 0.0.1
    library update copy.json
    library check copy.json
    ! grep -q dns_gone "$symbols"
}

what_is_installed_is_all_that_one_needs() {
    install_library
    (
        cd "$libraries"
        [ "$(readlink libcupel-dns.so)" = libcupel-dns.so.0 ]
        ls libcupel-dns.a pkgconfig/cupel-dns.pc >/dev/null
    )
    objdump -p "$libraries/libcupel-dns.so.0" | grep -q 'SONAME *libcupel-dns.so.0'
    ls usr/include/cupel/dns/message.h usr/include/cupel/base/bytes.h >/dev/null
    [ ! -e usr/include/cupel/dns/field_check.h ]
    [ ! -e usr/bin ]
}

the_static_library_has_no_short_names() {
    local names
    names=$(nm --extern-only --defined-only --format=posix "$CUPEL_BUILD/lib/libcupel-dns.a" |
        awk 'NF > 1 && $1 !~ /^(dns|cupel)_/ { print $1 }')
    [ -z "$names" ] || {
        echo "libcupel-dns.a defines for all of a program: $names"
        return 1
    }
}

calls_inside_the_shared_library_are_direct() {
    ! objdump -d "$CUPEL_BUILD/lib/libcupel-dns.so" | grep -E 'call.*<(dns|cupel)_\w+@plt>'
}

it_wants_functions_on_memory_alone() {
    "$CUPEL_SOURCE/ci/checks/pure" --build "$CUPEL_BUILD"
}

a_library_that_asks_the_system_is_seen() {
    local objects=src/dns/CMakeFiles/cupel_dns.dir status=0
    mkdir -p "build/$objects" build/lib
    cp "$CUPEL_BUILD/$objects/status.c.o" "build/$objects"
    echo 'int getpid(void); int planted(void); int planted(void) { return getpid(); }' >planted.c
    gcc -shared -fPIC -o build/lib/libplanted.so planted.c
    "$CUPEL_SOURCE/ci/checks/pure" --build build >said || status=$?
    [ "$status" -eq 1 ]
    grep -q '/libplanted.so:1: wants getpid$' said
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

# shown PAGE: as on a terminal, without what makes letters bold.
shown() {
    mandoc -T ascii "$1" | sed 's/.\x08//g'
}

the_example_of_the_manual_says_what_the_manual_shows() {
    local compiler linked file
    install_library
    for compiler in $(compilers); do
        for linked in '' -static; do
            # shellcheck disable=SC2046 # words are what pkg-config gives
            $compiler "${warnings[@]}" -o example "$CUPEL_SOURCE/docs/examples/dns.c" \
                $(pkg-config --static --cflags --libs cupel-dns) ${linked:+"$linked"}
            LD_LIBRARY_PATH=$libraries ./example >said
            diff "$CUPEL_SOURCE/docs/examples/dns.out" said
        done
    done
    # Each line of both stands in the page, blanks aside.
    shown usr/share/man/man3/libcupel-dns.3 | tr -d ' \t' >page
    for file in "$CUPEL_SOURCE"/docs/examples/dns.{c,out}; do
        tr -d ' \t' <"$file" | grep . >lines
        if grep -vxFf page lines; then
            return 1
        fi
    done
}

a_program_may_have_names_of_its_own() {
    install_library
    mkdir -p dns
    echo '#define OWN 3' >dns/name.h
    cat >own.c <<'PROGRAM'
#include "dns/name.h"
#include <cupel/dns/message.h>

int text_append_of_mine(void);
int main(void)
{
    struct dns_message message;
    return dns_message_read(bytes_of("", 0), &message).status == DNS_HEADER_TRUNCATED ? OWN : 1;
}
PROGRAM
    cat >other.c <<'PROGRAM'
int text_append(void);
int text_append(void)
{
    return 1;
}
int read_bytes(void);
int read_bytes(void)
{
    return 1;
}
PROGRAM
    # shellcheck disable=SC2046 # words are what pkg-config gives
    gcc -static -o own -I. own.c other.c $(pkg-config --static --cflags --libs cupel-dns)
    [ "$(./own || echo $?)" -eq 3 ]
}

# The page that another one leads to names what was looked up; and each function has a page that
# says what it does.
pages_say_what_is_looked_up() {
    awk '
        FILENAME ~ /symbols$/ { if (/^(dns|cupel)_/) functions[$1] = 1; next }
        FNR == 1 && /^\.so / { target["man3/" substr(FILENAME, 6)] = $2; next }
        {
            if (/^\.B /) bold[FILENAME, $2] = 1
            gsub(/[^A-Za-z0-9_.+-]+/, " ")
            for (i = split($0, words, " "); i > 0; i--) named[FILENAME, words[i]] = 1
        }
        END {
            for (page in target) {
                name = substr(page, 6, length(page) - 7)
                if (!((target[page], name) in named)) print "no " name " in " target[page]
            }
            for (function_name in functions) {
                short = function_name
                sub(/^cupel_/, "", short)
                page = "man3/" short ".3"
                if (page in target) page = target[page]
                if (!((page, short "()") in bold)) print "no page says what " function_name " does"
            }
        }' "$CUPEL_SOURCE/src/dns/libcupel-dns.symbols" man3/*.3 >wrong
    cat wrong
    [ ! -s wrong ]
}

the_manual_is_whole_and_well_formed() {
    local page
    install_library
    cd usr/share/man
    while read -r page; do
        mandoc -T lint -W warning "$page" | grep -v 'missing date' && return 1
        groff -ww -man -T utf8 "$page" 2>&1 >/dev/null | grep . && return 1
    done < <(grep -L '^\.so ' man3/*.3)
    pages_say_what_is_looked_up
    shown man3/dns_message_read.3 | grep 'struct dns_verdict dns_message_read(' >/dev/null
}

make_install_puts_it_below_destdir_and_prefix() {
    [ "$CUPEL_BUILD" = "$CUPEL_SOURCE/build/release" ] || {
        echo "without: make install installs the release build"
        return 0
    }
    make -s -C "$CUPEL_SOURCE" -o all install DESTDIR="$PWD/root" PREFIX=/opt/cupel >make.log
    ls root/opt/cupel/bin/cupel-wire root/opt/cupel/include/cupel/dns/name.h \
        root/opt/cupel/share/man/man{3/dns_name.3,1/cupel-wire.1} >/dev/null
    grep -qx 'prefix=/opt/cupel' root/opt/cupel/lib*/pkgconfig/cupel-dns.pc
    ls root/opt/cupel/lib*/libcupel-dns.so.0 >/dev/null
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
helpers='install_library|compilers|library|a_copy|complains|in_history|shown'
helpers+='|pages_say_what_is_looked_up'
for test in $(declare -F | awk '{ print $3 }' | grep -vxE "$helpers"); do
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
