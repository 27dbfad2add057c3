/* Users of images: names and numbers, by the image's own files. */
#include "unit.h"

#include "base/cleanup.h"
#include "engine/user.h"

#include <errno.h>

static const struct engine_accounts accounts = {
    .passwd = { .at = (const uint8_t *)"root:x:0:0::/root:/bin/sh\n"
                                       "guest:x:1234:56::/srv/guests:/bin/sh\n"
                                       "bad:x:99999999999:0::/:/bin/sh\n"
                                       "homeless:x:7:8",
                .size = 26 + 37 + 31 + 14 },
    .group = { .at = (const uint8_t *)"wheel:x:10:root,guest\nfloppy:x:11:guest\nempty:x:12:\n",
               .size = 22 + 19 + 12 },
};

static void users_are_found_by_name_and_number(void **state)
{
    static const struct {
        const char *text;
        uint32_t uid, gid;
        size_t groups;
        const char *home;
    } rows[] = {
        { "0", 0, 0, 1, "/root" },
        { "root", 0, 0, 1, "/root" },
        { "guest", 1234, 56, 2, "/srv/guests" },
        { "1234", 1234, 56, 2, "/srv/guests" },
        { "guest:floppy", 1234, 11, 0, "/srv/guests" },
        { "guest:77", 1234, 77, 0, "/srv/guests" },
        { "homeless", 7, 8, 0, "/" },
        { "4242", 4242, 0, 0, "/" },
        { "4242:wheel", 4242, 10, 0, "/" },
        { "4294967294", UINT32_MAX - 1, 0, 0, "/" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(65536);
        struct engine_user user;
        struct err err = { 0 };

        if (engine_user_find(rows[i].text, &accounts, &arena, &user, &err) < 0)
            fail_msg("row '%s': %s", rows[i].text, err.sentence);
        assert_row(rows[i].text, user.user.uid == rows[i].uid);
        assert_row(rows[i].text, user.user.gid == rows[i].gid);
        assert_row(rows[i].text, user.user.additional_gids.count == rows[i].groups);
        assert_row(rows[i].text, strcmp(user.home, rows[i].home) == 0);
    }
}

static void what_is_nobody_is_refused(void **state)
{
    static const char *const texts[] = { "",           "nobody",      "bad",   "guest:none",
                                         "4294967295", "99999999999", "0:",    "-1",
                                         ":0",         "1x",          "0:bad", "4294967296:0" };

    (void)state;
    for (size_t i = 0; i < ROWS(texts); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(65536);
        struct engine_user user = { .home = "untouched" };
        struct err err = { 0 };

        assert_row(texts[i], engine_user_find(texts[i], &accounts, &arena, &user, &err) < 0);
        assert_row(texts[i], strcmp(user.home, "untouched") == 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(users_are_found_by_name_and_number),
    cmocka_unit_test(what_is_nobody_is_refused),
};

RUN_TESTS(tests)
