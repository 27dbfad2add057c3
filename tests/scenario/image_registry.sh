#!/usr/bin/env bash
# What registries may do, and what they may not: tokens, redirects, and answers that lie.
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$(readlink -f "$0")")/scenario.bash"

port=5000
other=5001
log=$PWD/requests

is_up() {
    (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

pull() {
    rm -rf store
    : >"$log"
    cupel --store "$PWD/store" pull "127.0.0.1:$port/$1:1"
}

# refuses SENTENCE NAME: one line on stderr that has the sentence, and nothing is kept.
refuses() {
    local status=0
    pull "$2" >out 2>err || status=$?
    [ "$status" -eq 125 ] || fail "$2: status $status: $(cat out err)"
    [ "$(wc -l <err)" -eq 1 ] || fail "$2: not one line: $(cat err)"
    grep -qF -- "$1" err || fail "$2: '$1' is not in: $(cat err)"
    if [ -d store ]; then
        [ -z "$(find store/blobs/sha256 store/unpacked store/staging -mindepth 1)" ] ||
            fail "$2: left $(find store)"
    fi
}

a_token_is_asked_for_and_shown() {
    pull private >/dev/null
    [ "$(cat store/unpacked/*/file)" = hello ]
    grep -qiE '/token[?]service=a([+]|%20)registry&scope=repository%3aprivate%3apull nothing' \
        "$log" || fail "$(cat "$log")"
    grep -q "^$port /v2/private/blobs/.* Bearer the-token$" "$log" || fail "$(cat "$log")"
    [ "$(grep -c '/token' "$log")" -eq 1 ] || fail "more than one token: $(cat "$log")"
}

a_token_is_not_shown_to_where_a_redirect_leads() {
    pull redirect >/dev/null
    [ "$(grep -c "^$other /v2/redirect/blobs/.* nothing$" "$log")" -eq 2 ] || fail "$(cat "$log")"
    ! grep "^$other .*Bearer" "$log" || fail "the token went elsewhere"
    grep -q "^$port /v2/redirect/blobs/.* Bearer the-token$" "$log" || fail "$(cat "$log")"
}

what_cannot_be_had_without_a_name_is_refused() {
    refuses "wants a user's name and password" basic
    refuses "it denies access to 'refused'" refused
    refuses "holds a character that no token has" broken-token
}

redirects_in_a_circle_or_to_elsewhere_are_refused() {
    refuses "redirects more than 5 times" loop
    refuses "it leads to plain HTTP at '192.0.2.1'" elsewhere
    refuses "neither https nor http" file
}

blobs_have_the_size_that_was_announced() {
    refuses "it sends more than the" longer
    refuses "the manifest says" shorter
}

documents_are_what_they_are_said_to_be() {
    refuses "manifests: is missing" confused
    refuses "manifests: has no place" both
    refuses "'text/plain'" text
    refuses "more than the 4194304 bytes" huge
    refuses "the registry announced" announced
}

a_registry_in_trouble_is_named() {
    refuses "too many requests" busy
    refuses "HTTP status 503" down
}

"$here/image_registry.py" "$port" "$other" "$log" 2>registry.err &
wait_until is_up "$port"
wait_until is_up "$other"

run_tests \
    a_token_is_asked_for_and_shown \
    a_token_is_not_shown_to_where_a_redirect_leads \
    what_cannot_be_had_without_a_name_is_refused \
    redirects_in_a_circle_or_to_elsewhere_are_refused \
    blobs_have_the_size_that_was_announced \
    documents_are_what_they_are_said_to_be \
    a_registry_in_trouble_is_named
