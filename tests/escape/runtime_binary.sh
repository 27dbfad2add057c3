#!/usr/bin/env bash
# CVE-2019-5736: a container whose program is /proc/self/exe, or a script of it, has the runtime
# executed once more inside of itself, with a loader of its own, and writes to the runtime's file.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

# evil_image: the root file system of ./bundle has a loader that keeps the runtime's file.
evil_image() {
    mkdir -p bundle/rootfs/lib64
    cp "$attacks/loader" bundle/rootfs/lib64/ld-linux-x86-64.so.2
    cat >bundle/rootfs/bin/overwrite <<'END'
#!/bin/sh
i=0
while [ $i -lt 50 ]; do
    i=$((i + 1))
    if (echo overwritten >/proc/self/fd/20) 2>/dev/null; then
        echo overwritten
        exit
    fi
    sleep 0.05
done
echo "nothing could be overwritten"
(echo overwritten >/proc/self/fd/20) 2>&1 | sed 's/.*: //'
END
    printf '#!/proc/self/exe\n' >bundle/rootfs/bin/script
    chmod 755 bundle/rootfs/bin/overwrite bundle/rootfs/bin/script
}

a_runtime_that_takes_no_care_is_overwritten() {
    evil_bundle root
    evil_image
    cp "$attacks/naive" runtime
    # Once its own process is gone, nobody executes it any more.
    ./runtime "$PWD/bundle/rootfs" detach proc -- /proc/self/exe >out 2>err || fail "$(cat err)"
    wait_until grep -q overwritten out
    works overwritten
    [ "$(head -c 11 runtime)" = overwritten ] || fail "it is as it was"
}

# runtime CALLER WORD…: ./runtime, where the caller's containers are known.
runtime() {
    local caller=$1
    shift
    as "$caller" "$PWD/runtime" --root "$(state_root "$caller")" "$@"
}

# Whether the runtime has no loader that a container could bring its own of.
is_static() {
    ! readelf -lW runtime | grep -q INTERP
}

has_stopped() {
    runtime "$1" state case | grep -q '"stopped"'
}

# writes_fail FILE: what was said shows that the runtime could not be written to.
writes_fail() {
    grep -qE 'Read-only file system|Permission denied|not permitted' "$1" ||
        fail "as $caller, for another reason: $(cat "$1" err)"
}

# is_out_of_reach PID: what a process executes is a copy, or cannot be written to through it.
is_out_of_reach() {
    [ "/proc/$1/exe" -ef runtime ] || return 0
    (echo overwritten >"/proc/$1/exe") 2>outside || true
    writes_fail outside
}

# create_and_start CALLER PROGRAM: a container of ./runtime, whose output is in ./out.
create_and_start() {
    local caller=$1 pid
    change "process['args'] = ['$2']"
    runtime "$caller" create --bundle bundle case >out 2>err </dev/null || fail "$(cat err)"
    pid=$(runtime "$caller" state case | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
    is_out_of_reach "$pid"
    runtime "$caller" start case || fail "$(cat err)"
    if is_static; then
        wait_until has_stopped "$caller"
    else
        wait_until grep -q overwritten out
    fi
    runtime "$caller" delete --force case
}

cupel_oci_cannot_be_overwritten() {
    local caller program
    for caller in $(callers); do
        for program in /proc/self/exe /bin/script; do
            evil_bundle "$caller"
            evil_image
            rm -f runtime
            cp "$CUPEL_BIN/cupel-oci" runtime
            # The user's own, so that the container might write to it.
            [ "$caller" = root ] || chown $nobody:$nobody runtime
            create_and_start "$caller" "$program"
            # On a mount that is read-only, or in memory, where nobody may write to it.
            if ! is_static; then
                grep -qx 'nothing could be overwritten' out || fail "as $caller: $(cat out err)"
                writes_fail out
            fi
            cmp -s runtime "$CUPEL_BIN/cupel-oci" || fail "as $caller: the file has changed"
        done
    done
}

run_tests \
    a_runtime_that_takes_no_care_is_overwritten \
    cupel_oci_cannot_be_overwritten
