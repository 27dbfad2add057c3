# shellcheck shell=bash disable=SC2154 # the variables are vm/run's
# Sudden death, for vm/run: a guest that works on its disk is killed at a random moment, and another
# guest checks what is on the disk then. Each death follows the check of the one before, on the same
# disk, so that what is left behind adds up; after a failure there is a new disk.
#
# SIGKILL takes from the guest what it had not written to its disk: its page cache, with whatever a
# file system would have written later. What QEMU has taken from it stays in this machine's page
# cache, flushed or not (cache=unsafe passes no flush on): the disk is one that loses nothing of
# what it has accepted, in the order in which it accepted it.

disk_size=256M

# What happens on /disk; the guest gives it to whoever runs.
make_disk() {
    rm -f "$work/disk" "$work/told"
    truncate -s "$disk_size" "$work/disk"
    : >"$work/told"
    mke2fs -q -t ext4 -F "$work/disk" || die "mke2fs failed"
}

# as_ms SECONDS NAME: sets that variable; of the seconds there are up to three decimals.
as_ms() {
    local decimals=000
    [[ $1 != *.* ]] || decimals=${1#*.}000
    printf -v "$2" %d $((10#${1%.*} * 1000 + 10#${decimals:0:3}))
}

# parse_kill_at A or A..B: sets 'kill_from_ms' and 'kill_to_ms'.
parse_kill_at() {
    local number='[0-9]{1,2}(\.[0-9]{1,3})?' from to
    [[ $1 =~ ^$number(\.\.$number)?s?$ ]] ||
        die "--kill-at: '$1' is not a number of seconds below 100, or two such as 0.5..8"
    from=${1%%..*} to=${1##*..}
    as_ms "${from%s}" kill_from_ms
    as_ms "${to%s}" kill_to_ms
    [ "$kill_from_ms" -le "$kill_to_ms" ] || die "--kill-at: in '$1' the second is less"
}

# Once.
seeded=
seed_moments() {
    [ -z "$seeded" ] || return 0
    seeded=1
    RANDOM=${seed:=$((SRANDOM % 100000))}
    say "seed of the moments: $seed"
}

# Sets 'kill_ms', the moment of the next death.
choose_moment() {
    # 30 bits of $RANDOM, which the seed has set.
    kill_ms=$((kill_from_ms + ((RANDOM << 15) | RANDOM) % (kill_to_ms - kill_from_ms + 1)))
    begun_us=
}

# Whether the moment has come, counted from the line 'begun' that the case told.
is_moment() {
    if [ -z "$begun_us" ]; then
        grep -qxF begun "$work/told.now" 2>/dev/null || return 1
        begun_us=${EPOCHREALTIME/[.,]/}
    fi
    [ $((${EPOCHREALTIME/[.,]/} - begun_us)) -ge $((kill_ms * 1000)) ]
}

# What the case has told until it died; of a last line that is not whole it did not know that it is
# with us.
keep_told() {
    local line
    while read -r line; do
        [ "$line" = begun ] || echo "$line"
    done <"$work/told.now" >>"$work/told"
}

# The file system is whole: its journal is replayed, as a mount does it, and then nothing is wrong.
# Prints what is, or nothing.
look_at_disk() {
    local status=0
    cp --sparse=always "$work/disk" "$work/copy"
    e2fsck -p "$work/copy" >"$work/fsck" 2>&1 || status=$?
    if [ "$status" -gt 1 ] || ! e2fsck -fn "$work/copy" >"$work/fsck" 2>&1; then
        echo "the file system is damaged:"
        cat "$work/fsck"
    fi
    rm -f "$work/copy"
}

# lose NUMBER TITLE SENTENCE: a death that did not end well, of which the guest has said nothing.
lose() {
    if ! grep -qE "^(not )?ok $1 - " "$work/report"; then
        echo "not ok $1 - $2"
        say "$3"
    fi
}

# is_bad NUMBER
is_bad() {
    ! grep -q "^ok $1 - " "$work/report"
}

# fail_death MODE NUMBER TITLE SENTENCE
fail_death() {
    lose "$2" "$3" "$4"
    keep_evidence "$1"
    gzip -c "$work/disk" >"$evidence/disk.gz"
    say 'the end of the guest'"'"'s console:'
    console_end | tail -n 20 | sed 's/^/#   /'
    death_failed=1
    make_disk
}

# die_often MODE ROW TITLE FIRST: the run in that row of the mode's deaths, 'deaths' times; the
# first is number FIRST.
die_often() {
    local next=$4 last=$(($4 + deaths - 1)) due='' why
    make_disk
    while [ -n "$due" ] || [ "$next" -le "$last" ]; do
        orders=$(sed 's/^/told /' "$work/told")
        [ -z "$due" ] || orders+=$'\n'"check $2 $due"
        choose_moment
        if [ "$next" -le "$last" ]; then
            orders+=$'\n'"work $2 $next"
        else
            orders+=$'\nend'
        fi
        boot_somehow "$1"
        if [ -n "$due" ] && is_bad "$due"; then
            fail_death "$1" "$due" "$3" "the guest came to its end during the check ($ended)"
            due=
            continue
        fi
        due=
        if [ "$next" -gt "$last" ]; then
            break
        elif [ "$ended" = killed ]; then
            say "killed $((kill_ms / 1000)).$(printf %03d $((kill_ms % 1000))) s after it had begun"
            why=$(look_at_disk)
            keep_told
            due=$next
        else
            why="the guest came to its end before it was killed ($ended)"
        fi
        [ -z "$why" ] || { due= && fail_death "$1" "$next" "$3" "$why"; }
        next=$((next + 1))
    done
}

# run_deaths MODE FIRST: false if one has failed.
run_deaths() {
    local row=0 number=$2 identity name skip
    death_failed=
    while IFS=$'\t' read -r _ identity name skip; do
        row=$((row + 1))
        if [ -n "$skip" ]; then
            for _ in $(seq "$deaths"); do
                echo "ok $number - $name as $identity # SKIP $skip"
                number=$((number + 1))
            done
            continue
        fi
        die_often "$1" "$row" "$name as $identity" "$number"
        number=$((number + deaths))
    done <"$work/$1/deaths"
    [ -z "$death_failed" ]
}
