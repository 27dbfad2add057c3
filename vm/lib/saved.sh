# shellcheck shell=bash disable=SC2034,SC2154 # the variables are vm/run's
# Saved guests, for vm/run: one is booted and set up, and stopped before it is told what to do. Each
# that is restored from its state goes on from there. The host sets its clock; the kernel is told by
# vmgenid that it is another machine now, and seeds its random numbers anew (from 5.18 on; before
# that, each number of its own is mixed with one of the processor). Its boot id stays the same.

save_wait_max_s=120

# monitor COMMAND
monitor() {
    echo "$1" >"$work/monitor.in"
}

# Waits until COMMAND… is true; false if the guest has come to its end, or after all too long.
await() {
    local begin=$SECONDS
    until "$@"; do
        kill -0 "$qemu" 2>/dev/null && [ $((SECONDS - begin)) -lt "$save_wait_max_s" ] || return 1
        sleep 0.05
    done
}

is_set_up() {
    grep -q '^# guest: ' "$work/report"
}

# save_guest MODE: sets 'saved' to a file with the state of a guest that awaits its orders. Where
# that can't be had, each guest is booted.
save_guest() {
    local state=$work/$1/state
    orders=
    start_qemu "${accel#auto-}" "$1"
    if await is_set_up; then
        cat "$work/report"
        monitor 'migrate_set_parameter max-bandwidth 64G'
        # Written elsewhere first: it has its name when it is whole.
        monitor "migrate \"exec:cat >'$state.new' && mv '$state.new' '$state'\""
        await test -e "$state" && saved=$state
    fi
    exec {orders_pipe}>&-
    stop_qemu
    [ -n "$saved" ] || say "the state of a guest can't be saved: each run has one that is booted"
}
