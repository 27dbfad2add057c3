#!/usr/bin/env bash
# CVE-2024-21626 and CVE-2016-9962: a directory of outside that the runtime has open is a way out,
# as /proc/self/fd/N, or as the working directory that the config says.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

make_secret() {
    rm -rf outside
    mkdir outside
    echo 'the secret' >outside/secret
    chmod -R a+rX outside
}

# shellcheck disable=SC2016
look='{
    for fd in 3 4 5 6 7 8 9 10 11; do
        cat /proc/self/fd/$fd/secret /proc/self/fd/$fd/outside/secret
    done
    cat ./secret ./outside/secret ../outside/secret
} 2>/dev/null | sort -u; echo end'

a_directory_that_a_runtime_forgets_is_a_way_out() {
    make_secret
    evil_bundle root
    naive "leak:$PWD/outside" proc -- /bin/sh -c "$look" || fail "$(cat err)"
    works 'the secret
end'
    naive "leak:$PWD/outside" proc cwd:/proc/self/fd/9 -- /bin/sh -c 'cat secret' ||
        fail "$(cat err)"
    works 'the secret'
}

cupel_oci_leaves_nothing_open() {
    local caller
    make_secret
    exec 3<outside 4<. 9<outside
    for caller in $(callers); do
        evil_bundle "$caller" "$(shell "$look")"
        run "$caller" || fail "$(cat err)"
        fails end
    done
    exec 3<&- 4<&- 9<&-
}

cupel_oci_enters_no_directory_of_outside() {
    local caller fd place
    make_secret
    exec 3<outside 4<. 9<outside
    for caller in $(callers); do
        evil_bundle "$caller" "$(shell "$look")"
        as "$caller" ln -s /proc/self/fd bundle/rootfs/fds
        for fd in 3 9 10; do
            for place in /proc/self/fd/$fd /proc/1/fd/$fd /fds/$fd /proc/self/fd/$fd/../outside; do
                change "process['cwd'] = '$place'"
                expect_status 1 run "$caller"
                fails ''
                grep -q 'process.cwd' err || fail "$place: $(cat err)"
            done
        done
    done
    exec 3<&- 4<&- 9<&-
}

a_mount_cannot_come_from_a_descriptor_of_the_runtime() {
    local fd caller
    for caller in $(callers); do
        evil_bundle "$caller" "$(shell 'ls /there 2>/dev/null | grep -c etc; true')"
        for fd in 3 4 5 6 7 8 9 10; do
            change "mounts[-1:] = [{'destination': '/proc/self/fd/$fd', 'type': 'tmpfs'}]"
            expect_status 1 run "$caller"
            grep -q "is inside of /proc" err || fail "$(cat err)"
        done
    done
}

# watch CALLER [CHANGE…]: a container that looks for what others of its processes have open.
watch() {
    local caller=$1
    rm -f bundle/rootfs/stop
    evil_bundle "$caller" "${@:2}" \
        "process['args'] = ['/bin/probe', 'watch', '/stop', '$PWD/outside/secret']"
    oci "$caller" run --detach --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
    wait_until grep -q watches out
}

end_watch() {
    touch bundle/rootfs/stop
    wait_until has_stopped "$1"
    oci "$1" delete case
}
has_stopped() {
    oci "$1" state case | grep -q '"stopped"'
}

# What it takes to look at processes of one's own user that have more rights.
# shellcheck disable=SC2016
may_trace='[process["capabilities"].setdefault(name, []).extend(["CAP_SYS_PTRACE"])
    for name in ["bounding", "effective", "permitted"]]'

a_process_that_joins_shows_what_it_has_open() {
    local pid
    make_secret
    watch root "$may_trace"
    pid=$(oci root state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
    "$attacks/naive" enter "$pid" outside /bin/true || fail "$(cat out)"
    end_watch root
    works 'watches
the secret'
}

exec_from_outside() {
    cd outside
    as "$1" cupel-oci --root "$OLDPWD/state-$1" exec case /bin/true 3<. 4<.. 9<.
}

cupel_oci_shows_nothing_where_it_joins() {
    local caller i
    make_secret
    for caller in $(callers); do
        watch "$caller" "$may_trace"
        for ((i = 0; i < 10; i++)); do
            (exec_from_outside "$caller") 2>err || fail "$(cat err)"
        done
        end_watch "$caller"
        fails watches
    done
}

run_tests \
    a_process_that_joins_shows_what_it_has_open \
    cupel_oci_shows_nothing_where_it_joins \
    a_directory_that_a_runtime_forgets_is_a_way_out \
    cupel_oci_leaves_nothing_open \
    cupel_oci_enters_no_directory_of_outside \
    a_mount_cannot_come_from_a_descriptor_of_the_runtime
