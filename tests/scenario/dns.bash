# shellcheck shell=bash disable=SC2034 # some variables are for those who source this
# What the dns_*.sh scenarios share.
# shellcheck source=tests/scenario/scenario.bash
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/scenario.bash"

# In its sandbox a process cannot look at itself as LeakSanitizer does at its end, and is ended.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

# In /proc, which shows the namespace outside, this shell has another number.
read -r shell_outside _ </proc/self/stat

# proc_of PROCESS: the directory in /proc of what this shell has started.
proc_of() {
    # Any process may end meanwhile: grep goes on then, where awk does not.
    { grep -sHE '^(PPid|NSpid):' /proc/[0-9]*/status || true; } |
        awk -v parent="$shell_outside" -v process="$1" '
            { split($1, part, ":") }
            part[2] == "PPid" { is_ours = $2 == parent }
            part[2] == "NSpid" && is_ours && $NF == process {
                print substr(part[1], 1, length(part[1]) - 7)
            }'
}

# answers PORT: whether a server there answers at all.
answers() {
    dig +time=1 +tries=1 @127.0.0.1 -p "$1" example.test SOA
}

# A zone with every record type that the codec has a row for, and some that it has not.
write_zone() {
    cat >zone <<'ZONE'
$ORIGIN example.test.
$TTL 300
@           SOA   ns1 hostmaster 2024010101 3600 600 86400 60
@           NS    ns1
@           NS    ns2.example.net.
@           A     192.0.2.1
@           A     192.0.2.2
@           AAAA  2001:db8::1
@           MX    10 mail
@           MX    20 mail.example.net.
@           TXT   "one string" "another; with \"quotes\" and \\ and \000"
ns1         A     127.0.0.1
www         CNAME @
chain       CNAME www
mail        A     192.0.2.25
mail        AAAA  2001:db8::25
_dns._udp   SRV   0 5 53 ns1
tree        DNAME other
*.wild      A     192.0.2.77
sub         NS    ns.sub
ns.sub      A     192.0.2.53
strange     TYPE65280 \# 5 0102030405
mIxEd       TXT   "case is kept"
ZONE
    {
        printf 'long TXT'
        printf ' "%0200d"' 1 2 3 4
        printf '\nhuge TXT'
        printf ' "%0200d"' 1 2 3 4 5 6 7 8 9
        printf '\n'
    } >>zone
}

start_nsd() {
    cat >nsd.conf <<CONF
server:
  ip-address: 127.0.0.1@$1
  ip-address: ::1@$1
  username: ""
  zonesdir: "$PWD"
  database: ""
  pidfile: "$PWD/nsd.pid"
  zonelistfile: "$PWD/nsd.zones"
  xfrdfile: "$PWD/nsd.xfrd"
  xfrdir: "$PWD"
  server-count: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: example.test
  zonefile: zone
CONF
    nsd -d -c nsd.conf >nsd.log 2>&1 &
    wait_until answers "$1"
}

start_knot() {
    cat >knot.conf <<CONF
server:
  listen: [ 127.0.0.1@$1, ::1@$1 ]
  rundir: $PWD
database:
  storage: $PWD/knot
zone:
  - domain: example.test
    storage: $PWD
    file: zone
    journal-content: none
    zonefile-sync: -1
log:
  - target: stderr
    any: warning
CONF
    mkdir -p knot
    knotd -c knot.conf >knot.log 2>&1 &
    wait_until answers "$1"
}

# start_forwarder OPTION…: $forwarder is its process, $ready the line that it says. It is patient,
# so that a slow machine changes nothing; and names below test, which are special, are asked for.
start_forwarder() {
    rm -f forwarder.log
    cupel-dns --timeout-ms 30000 --not-local test "$@" >forwarder.log 2>&1 &
    forwarder=$!
    wait_until grep -q ready forwarder.log
    ready=$(head -n 1 forwarder.log)
}

# Ends it as a service manager would; it has to end well.
stop_forwarder() {
    kill -TERM "$forwarder"
    wait "$forwarder"
}

# counter NAME: what cupel-dns has counted under it.
counter() {
    : >forwarder.log
    kill -USR1 "$forwarder"
    wait_until grep -q sends_lost forwarder.log
    awk -v name="$1" '$2 == name { print $1 }' forwarder.log
}
