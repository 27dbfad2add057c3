#!/usr/bin/env bash
# Inside a container, as root and as a user: what is its own, what it cannot see, what it cannot do.
# shellcheck source=tests/scenario/oci.bash
source "$(dirname "$0")/oci.bash"

# in_world COMMANDS TEXT: the commands print the text, whoever runs the container.
in_world() {
    local caller
    for caller in $(callers); do
        bundle "$caller" "$(shell "$1")"
        run "$caller" || fail "as $caller: exit status $?: $(cat out err)"
        [ "$(cat out)" = "$2" ] || fail "as $caller it printed: $(cat out err)"
    done
}

it_says_hello_from_a_host_a_process_1_and_a_process_list_of_its_own() {
    # shellcheck disable=SC2016
    in_world 'echo hello from $(hostname) $$; ps -o pid,comm; true' 'hello from cupel 1
PID   COMMAND
    1 sh
    3 ps'
}

it_has_no_file_of_the_caller_open() {
    exec 7<"$0" 8</ 200>/dev/null
    in_world 'ls /proc/self/fd | tr "\n" " "' '0 1 2 3 '
    exec 7<&- 8<&- 200>&-
}

it_leads_a_session_and_its_signals_are_as_at_birth() {
    trap '' PIPE USR1
    in_world 'cut -d " " -f 5,6 /proc/1/stat; exec grep -E "SigBlk|SigIgn" /proc/self/status' '1 1
SigBlk:	0000000000000000
SigIgn:	0000000000000000'
    trap - PIPE USR1
}

it_has_the_environment_and_the_umask_of_its_config_alone() {
    export CUPEL_SECRET=1
    in_world 'env | sort; umask' 'HOME=/root
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PWD=/
SHLVL=1
TERM=xterm
0022'
}

home_is_as_its_password_file_says() {
    local caller home
    for caller in $(callers); do
        # What HOME is to be, and the line of the user 0 or another.
        for home in /root:r:x:0:0:r:/root:/bin/sh /a/b::x:0:0::/a/b: /:n:x:1:1:n:/c:/bin/sh /:; do
            bundle "$caller" "$(shell 'env | grep ^HOME= | cut -d= -f2')" \
                'process["env"].append("HOME=")'
            echo "${home#*:}" >bundle/rootfs/etc/passwd
            run "$caller" || fail "$(cat err)"
            expect_out "${home%%:*}"
        done
        rm bundle/rootfs/etc/passwd
        mkfifo bundle/rootfs/etc/passwd
        run "$caller" || fail "$(cat err)"
        expect_out /
    done
}

it_has_few_rights_and_gets_no_more() {
    in_world 'grep -E "^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)" /proc/self/status | tr -s "\t" " "' \
        'CapInh: 0000000000000000
CapPrm: 0000000020000420
CapEff: 0000000020000420
CapBnd: 0000000020000420
CapAmb: 0000000000000000
NoNewPrivs: 1'
}

# Written to and read from by a path, which takes rights over the pipe, and by an address.
it_can_open_its_pipes_and_reach_itself() {
    local caller user
    for caller in $(callers); do
        user=0
        [ "$caller" = user ] || user=12
        bundle "$caller" "process['user'] = {'uid': $user, 'gid': $user}" \
            "$(shell 'cat /dev/stdin >/dev/stdout; echo also >/dev/stderr
                ping -c 1 -w 5 127.0.0.1 | grep -c "1 packets received"')" \
            "process['capabilities'] = {name: ['CAP_NET_RAW'] for name in
                ['bounding', 'effective', 'permitted', 'inheritable', 'ambient']}"
        # shellcheck disable=SC2016
        as "$caller" sh -c 'echo text | cupel-oci --root "$1" run --bundle bundle case 2>&1 | cat' \
            sh "$(state_root "$caller")" >out
        [ "$(cat out)" = 'text
also
1' ] || fail "as $caller: $(cat out)"
    done
}

its_root_is_read_only_and_its_devices_are_few() {
    in_world 'touch /new 2>&1; ls /dev; echo x >/dev/null; head -c 3 /dev/zero | wc -c
              head -c 1 /dev/full >/dev/null && echo x 2>/dev/null >/dev/full || echo full
              mknod /dev/shm/sda b 8 0 2>&1; cat /proc/kcore /proc/keys | wc -c' \
        'touch: /new: Read-only file system
fd
full
mqueue
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero
3
full
mknod: /dev/shm/sda: Operation not permitted
0'
}

the_kernels_settings_cannot_be_written() {
    # shellcheck disable=SC2016
    in_world 'for file in /proc/sys/kernel/hostname /proc/sys/vm/swappiness; do
                  echo x 2>&1 >$file | sed "s/.*: //"
              done; grep -c "/sys sysfs ro," /proc/mounts' 'Read-only file system
Read-only file system
1'
}

nothing_of_the_old_root_is_left() {
    in_world 'cut -d " " -f 5 /proc/self/mountinfo | grep -vE "^/(proc|sys|dev)"; ls /..
              cat /proc/1/root/etc/passwd' '/
bin
dev
etc
proc
root
run
sbin
sys
tmp
usr
var
root:x:0:0:root:/root:/bin/sh'
}

it_runs_as_the_user_that_the_config_names() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(shell 'id; ulimit -n; pwd')" \
        'process["user"] = {"uid": 12, "gid": 34, "additionalGids": [56, 78]}' \
        'process["cwd"] = "/var"' \
        'process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 77, "hard": 99}]'
    run root || fail "$(cat err)"
    expect_out 'uid=12 gid=34 groups=56,78
77
/var'
}

ids_are_mapped_as_the_config_says() {
    [ "$(id -u)" -eq 0 ] || return 0
    bundle root "$(shell 'cat /proc/self/uid_map; id -u; id -G; stat -c %u /bin/busybox')" \
        'linux["namespaces"].append({"type": "user"})' \
        'linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 1000}]' \
        'linux["gidMappings"] = linux["uidMappings"]' 'root["readonly"] = True' \
        'process["user"] = {"uid": 5, "gid": 6, "additionalGids": [7]}'
    chown -R 100000:100000 bundle
    run root || fail "$(cat err)"
    [ "$(tr -s ' ' <out)" = ' 0 100000 1000
5
6 7
0' ] || fail "$(cat out err)"
}

its_system_calls_are_filtered() {
    local caller privileges
    for caller in $(callers); do
        for privileges in False True; do
            bundle "$caller" "$(shell 'mkdir /tmp/x; umask; id -u')" \
                "process[\"noNewPrivileges\"] = $privileges" \
                'linux["seccomp"] = {
                     "defaultAction": "SCMP_ACT_ALLOW",
                     "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                     "syscalls": [{"names": ["mkdir", "mkdirat", "no_such_call"],
                                   "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
            run "$caller" || fail "$(cat err)"
            expect_out "0022
0"
            grep -q 'Operation not supported' err || fail "mkdir was not filtered: $(cat err)"
        done
        # Nobody is told of anything, so this is not looked at.
        change 'linux["seccomp"]["listenerPath"] = "/run/listener"'
        run "$caller" || fail "$(cat err)"
    done
}

run_tests \
    it_says_hello_from_a_host_a_process_1_and_a_process_list_of_its_own \
    it_has_no_file_of_the_caller_open \
    it_leads_a_session_and_its_signals_are_as_at_birth \
    it_has_the_environment_and_the_umask_of_its_config_alone \
    home_is_as_its_password_file_says \
    it_has_few_rights_and_gets_no_more \
    it_can_open_its_pipes_and_reach_itself \
    its_root_is_read_only_and_its_devices_are_few \
    the_kernels_settings_cannot_be_written \
    nothing_of_the_old_root_is_left \
    it_runs_as_the_user_that_the_config_names \
    ids_are_mapped_as_the_config_says \
    its_system_calls_are_filtered
