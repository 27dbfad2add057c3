# shellcheck shell=bash disable=SC2034 # for those who source this
# For the scenarios in which system calls of cupel-oci fail, one after the other.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/oci.bash"

# A name of its own, so that what others leave is not taken for its own.
name=faulty
inventory() {
    cut -d ' ' -f 3- /proc/self/mountinfo
    ls -d /sys/fs/cgroup/cupel-"$name" /sys/fs/cgroup/*/cupel-"$name" state-*/* 2>/dev/null || true
}

fail_syscall=$CUPEL_BIN/../vm/fail-syscall
[ -x "$fail_syscall" ] || needs fail-syscall 'none: it is a target of the build'
"$fail_syscall" 0:EIO true 2>/dev/null || {
    echo "skipped: no seccomp filter with a listener can be had here"
    exit 77
}

# faulty CALLER CALL:ERRNO COMMAND…: with the caller's rights and the fault, which is root's. Sets
# $status, $failed to the call that failed or to nothing, and $said to what was said after that.
faulty() {
    local caller=$1 fault=$2
    shift 2
    become "$caller"
    status=0
    : >report
    timeout -s KILL 30 "$fail_syscall" "$fault" --report report --only "$CUPEL_BIN/cupel-oci" \
        "${becoming[@]}" "$@" >out 2>err </dev/null &
    [ -z "$is_sanitized" ] || end_stuck_sanitizer $!
    wait $! 2>/dev/null || status=$?
    failed=$(sed -n 's/^failed //p' report)
    said=$(sed -n 's/^said //p' report)
}

is_sanitized=
! grep -q __asan_init "$CUPEL_BIN/cupel-oci" || is_sanitized=1

# end_stuck_sanitizer GROUP: where its own allocator gets no memory, the sanitizer wants to say
# where that was, for which it allocates, and waits for itself until the time is up.
end_stuck_sanitizer() {
    while kill -0 "$1" 2>/dev/null; do
        ! grep -q 'CHECK failed: sanitizer_common' err || kill -KILL -- "-$1" 2>/dev/null || true
        sleep 0.02
    done
}

# What the sanitizer cannot have for itself ends the program before it can say or remove anything.
is_sanitizers_own() {
    grep -qE 'Sanitizer(: out of memory| failed to)|CHECK failed: sanitizer_' err
}

# Whether the C library, or the loader, could not begin: the program has done nothing so far. glibc
# says so; musl, without the place of its own data, can only trap.
is_before_main() {
    grep -qE 'cannot set %fs base address|error while loading shared libraries' err ||
        [[ $status -eq 139 && $failed == *' arch_prctl '* ]]
}

# each STEP CALLER ERRNO CHECK COMMAND…: CHECK after each run of COMMAND, in which one call after
# the other fails, or each STEP-th, until there are no more.
each() {
    local step=$1 caller=$2 errno=$3 check=$4 call
    shift 4
    for ((call = 1; call < 2000; call += step)); do
        faulty "$caller" "$call:$errno" "$@"
        if is_sanitizers_own; then
            # What the command has begun is still there; a container that it asked about stays.
            [ "$check" != leaves_nothing_untold ] ||
                as "$caller" cupel-oci --root "$(cat known)" delete --force "$name" 2>/dev/null ||
                true
            continue
        fi
        [ -n "$failed" ] || break
        [ "$status" -lt 126 ] || is_before_main ||
            fail "$errno at call $failed: status $status: $(cat err)"
        [ "$status" -eq 0 ] || [ -n "$said" ] || is_before_main ||
            fail "$errno at call $failed: it fails in silence"
        "$check"
    done
    [ "$status" -eq 0 ] || fail "without a fault: status $status: $(cat err)"
    [ "$call" -gt 20 ] || fail "there are no more than $call calls"
}

# What is left of a run is told, where it is the removal that failed; and it can be deleted. A
# sanitizer that gets no memory for itself ends the program there and then, as SIGKILL would.
leaves_nothing_untold() {
    inventory >after.inventory
    cmp -s before.inventory after.inventory && return
    case $said$(grep -o 'Sanitizer: .*unable to mmap' err || true) in
        *remove\ * | *"unable to mmap") ;;
        *) fail "left after call $failed ('$said'): $(diff before.inventory after.inventory)" ;;
    esac
    as "$caller" cupel-oci --root "$(state_root "$caller")" delete --force "$name"
    inventory >after.inventory
    cmp -s before.inventory after.inventory ||
        fail "delete leaves: $(diff before.inventory after.inventory)"
}
