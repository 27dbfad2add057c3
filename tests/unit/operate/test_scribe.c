/* One writes for several: what is whole is written whole, and all else is nothing. */
#include "unit.h"

#include "base/fd.h"
#include "operate/scribe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "scribe.file"

/* A file, and a shard's socket. */
struct world {
    struct operate_scribe_tally tally;
    struct operate_scribe scribe;
    int shard;
    int end;
};

static void set_up(struct world *world, enum operate_scribe_form form)
{
    int ends[2];

    *world = (struct world){ .scribe = { .form = form, .content_type = "type" } };
    world->scribe.tally = &world->tally;
    world->scribe.fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(world->scribe.fd >= 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    world->shard = ends[0];
    world->end = ends[1];
}

static void tear_down(struct world *world)
{
    fd_close(&world->scribe.fd);
    fd_close(&world->shard);
    fd_close(&world->end);
    (void)unlink(FILE_NAME);
}

static void hand_over(const struct world *world, struct bytes message)
{
    assert_int_equal(send(world->shard, message.at, message.size, 0), message.size);
}

static void assert_file(const struct world *world, struct bytes wanted)
{
    uint8_t content[1000];
    ssize_t size = pread(world->scribe.fd, content, sizeof(content), 0);

    assert_int_equal(size, wanted.size);
    assert_memory_equal(content, wanted.at, wanted.size);
}

static void what_is_not_whole_is_refused(void **state)
{
    static const struct {
        const char *label;
        enum operate_scribe_form form;
        size_t size;
        const char *message;
        uint64_t count; /* 0: refused */
    } rows[] = {
        { "a line", OPERATE_LINES, 2, "a\n", 1 },
        { "two, one of which is empty", OPERATE_LINES, 3, "a\n\n", 2 },
        { "nothing", OPERATE_LINES, 0, "", 0 },
        { "no end", OPERATE_LINES, 3, "a\nb", 0 },
        { "an escape", OPERATE_LINES, 3, "\033c\n", 0 },
        { "a NUL", OPERATE_LINES, 2, "\0\n", 0 },
        { "no ASCII", OPERATE_LINES, 2, "\x80\n", 0 },
        { "DEL", OPERATE_LINES, 2, "\x7f\n", 0 },
        { "a frame", OPERATE_FRAMES, 5, "\0\0\0\1x", 1 },
        { "two frames", OPERATE_FRAMES, 11, "\0\0\0\1x\0\0\0\2yz", 2 },
        { "no frame", OPERATE_FRAMES, 0, "", 0 },
        { "a part of a length", OPERATE_FRAMES, 3, "\0\0\0", 0 },
        { "a part of a frame", OPERATE_FRAMES, 5, "\0\0\0\2x", 0 },
        { "a frame, and a part of one", OPERATE_FRAMES, 7, "\0\0\0\1x\0\0", 0 },
        { "a control frame", OPERATE_FRAMES, 12, "\0\0\0\0\0\0\0\4\0\0\0\3", 0 },
        { "a length of all ones", OPERATE_FRAMES, 5, "\xff\xff\xff\xffx", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t count = 77;
        bool is_whole =
            operate_scribe_read(rows[i].form, bytes_of(rows[i].message, rows[i].size), &count);

        assert_row(rows[i].label, is_whole == (rows[i].count > 0));
        assert_row(rows[i].label, count == (is_whole ? rows[i].count : 77));
    }
}

static void frames_stand_between_a_start_and_a_stop(void **state)
{
    static const char wanted[] = "\0\0\0\0\0\0\0\x10\0\0\0\2\0\0\0\1\0\0\0\4type"
                                 "\0\0\0\2ab\0\0\0\1c"
                                 "\0\0\0\0\0\0\0\4\0\0\0\3";
    struct world world;

    (void)state;
    set_up(&world, OPERATE_FRAMES);
    assert_int_equal(operate_scribe_begin(&world.scribe), 0);
    hand_over(&world, bytes_of("\0\0\0\2ab", 6));
    hand_over(&world, bytes_of("\0\0\0\3ab", 6)); /* which is not whole */
    hand_over(&world, bytes_of("\0\0\0\1c", 5));
    for (size_t i = 0; i < 3; i++)
        assert_true(operate_scribe_take(&world.scribe, 5, world.end));
    assert_false(operate_scribe_take(&world.scribe, 5, world.end));
    assert_int_equal(operate_scribe_lost(&world.tally, 5), 1);
    operate_scribe_end(&world.scribe);
    assert_file(&world, bytes_of(wanted, sizeof(wanted) - 1));
    tear_down(&world);
}

static void who_takes_over_takes_back_what_was_written_in_part(void **state)
{
    static const char wanted[] = "\0\0\0\0\0\0\0\x10\0\0\0\2\0\0\0\1\0\0\0\4type"
                                 "\0\0\0\2ab\0\0\0\1c";
    struct world world;

    (void)state;
    set_up(&world, OPERATE_FRAMES);
    assert_int_equal(operate_scribe_begin(&world.scribe), 0);
    hand_over(&world, bytes_of("\0\0\0\2ab", 6));
    assert_true(operate_scribe_take(&world.scribe, 0, world.end));
    assert_int_equal(write(world.scribe.fd, "\0\0\0\7par", 7), 7); /* and it was killed */
    hand_over(&world, bytes_of("\0\0\0\1c", 5));
    assert_int_equal(operate_scribe_begin(&world.scribe), 0);
    assert_true(operate_scribe_take(&world.scribe, 0, world.end));
    assert_file(&world, bytes_of(wanted, sizeof(wanted) - 1));
    tear_down(&world);
}

static void another_file_begins_anew(void **state)
{
    struct world world;

    (void)state;
    set_up(&world, OPERATE_LINES);
    assert_int_equal(operate_scribe_begin(&world.scribe), 0);
    hand_over(&world, bytes_of_text("first\n"));
    assert_true(operate_scribe_take(&world.scribe, 0, world.end));
    assert_int_equal(rename(FILE_NAME, FILE_NAME ".old"), 0);
    fd_close(&world.scribe.fd);
    world.scribe.fd = open(FILE_NAME, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_int_equal(write(world.scribe.fd, "of somebody's, long enough\n", 27), 27);
    assert_int_equal(operate_scribe_begin(&world.scribe), 0);
    hand_over(&world, bytes_of_text("second\n"));
    assert_true(operate_scribe_take(&world.scribe, 0, world.end));
    assert_file(&world, bytes_of_text("of somebody's, long enough\nsecond\n"));
    (void)unlink(FILE_NAME ".old");
    tear_down(&world);
}

/* As a disk that is full does, the kernel takes a part of it. */
static void a_message_that_does_not_fit_is_taken_back_and_counted(void **state)
{
    struct rlimit before;
    struct rlimit small;
    struct world world;

    (void)state;
    set_up(&world, OPERATE_LINES);
    assert_int_equal(operate_scribe_begin(&world.scribe), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){ 16, before.rlim_max };
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    hand_over(&world, bytes_of_text("ten octets\n"));
    hand_over(&world, bytes_of_text("two\nlines\n"));
    hand_over(&world, bytes_of_text("five\n"));
    for (size_t i = 0; i < 3; i++)
        assert_true(operate_scribe_take(&world.scribe, 31, world.end));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(operate_scribe_lost(&world.tally, 31), 2);
    assert_file(&world, bytes_of_text("ten octets\nfive\n"));
    tear_down(&world);
}

static void a_message_that_is_too_large_is_lost(void **state)
{
    uint8_t message[OPERATE_HANDOVER_BYTES_MAX + 1];
    struct world world;

    (void)state;
    set_up(&world, OPERATE_LINES);
    memset(message, '\n', sizeof(message));
    hand_over(&world, bytes_of(message, sizeof(message)));
    assert_true(operate_scribe_take(&world.scribe, 0, world.end));
    assert_int_equal(operate_scribe_lost(&world.tally, 0), 1);
    assert_file(&world, bytes_of_text(""));
    hand_over(&world, bytes_of(message, sizeof(message) - 1));
    assert_true(operate_scribe_take(&world.scribe, 0, world.end));
    assert_int_equal(lseek(world.scribe.fd, 0, SEEK_END), sizeof(message) - 1);
    assert_int_equal(operate_scribe_lost(&world.tally, 0), 1);
    tear_down(&world);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_not_whole_is_refused),
    cmocka_unit_test(frames_stand_between_a_start_and_a_stop),
    cmocka_unit_test(who_takes_over_takes_back_what_was_written_in_part),
    cmocka_unit_test(another_file_begins_anew),
    cmocka_unit_test(a_message_that_does_not_fit_is_taken_back_and_counted),
    cmocka_unit_test(a_message_that_is_too_large_is_lost),
};

RUN_TESTS(tests)
