/* Requests over the control socket: what is one, and what is said of what is none. */
#include "operate/request.h"

#include "unit.h"

static void a_request_is_read(void **state)
{
    static const struct {
        const char *line;
        enum operate_command command;
        bool has_name;
        bool is_tree;
    } rows[] = {
        { "{\"command\":\"ping\"}", OPERATE_PING, false, false },
        { " { \"command\" : \"stats\" } ", OPERATE_STATS, false, false },
        { "{\"command\":\"flush\",\"name\":\"a.test\"}", OPERATE_FLUSH, true, false },
        { "{\"tree\":true,\"command\":\"flush\",\"name\":\".\"}", OPERATE_FLUSH, true, true },
        { "{\"command\":\"flush\",\"all\":true}", OPERATE_FLUSH, false, false },
        { "{\"command\":\"dump\"}", OPERATE_DUMP, false, false },
        { "{\"command\":\"save\"}", OPERATE_SAVE, false, false },
        { "{\"command\":\"load\",\"size\":1}", OPERATE_LOAD, false, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct operate_request request;
        struct err err;

        assert_row(rows[i].line,
                   operate_request_read(bytes_of_text(rows[i].line), &request, &err) == 0);
        assert_row(rows[i].line, request.command == rows[i].command);
        assert_row(rows[i].line, (request.name.size > 0) == rows[i].has_name);
        assert_row(rows[i].line, request.is_tree == rows[i].is_tree);
    }
}

static void what_is_none_is_refused_with_a_sentence(void **state)
{
    static const struct {
        const char *line;
        const char *sentence;
    } rows[] = {
        { "", "the request is not an object of JSON on one line" },
        { "ping", "the request is not an object of JSON on one line" },
        { "[\"ping\"]", "the request is not an object of JSON on one line" },
        { "{\"command\":\"ping\",\"command\":\"ping\"}",
          "the request is not an object of JSON on one line" },
        { "{}", "the request names no command" },
        { "{\"command\":1}", "the request names no command" },
        { "{\"command\":\"halt\"}", "there is no command of that name" },
        { "{\"command\":\"ping\",\"name\":\"a\"}", "'ping' has a member that it does not know" },
        { "{\"command\":\"flush\"}", "'name' is not there" },
        { "{\"command\":\"load\"}", "'size' is not there" },
        { "{\"command\":\"load\",\"size\":-1}", "'size' is not a number" },
        { "{\"command\":\"load\",\"size\":\"1\"}", "'size' is not a number" },
        { "{\"command\":\"flush\",\"all\":false}", "'name' is not there" },
        { "{\"command\":\"flush\",\"name\":1}", "'name' is not a text" },
        { "{\"command\":\"flush\",\"name\":\"a..b\"}", "that is not a domain name" },
        { "{\"command\":\"flush\",\"name\":\"a\",\"tree\":1}", "'tree' is neither true nor false" },
        { "{\"command\":\"flush\",\"all\":true,\"tree\":true}", "'all' stands alone" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct operate_request request = { .command = OPERATE_COMMANDS };
        struct err err = { 0 };

        assert_row(rows[i].line,
                   operate_request_read(bytes_of_text(rows[i].line), &request, &err) < 0);
        assert_string_equal(err.sentence, rows[i].sentence);
        assert_row(rows[i].line, request.command == OPERATE_COMMANDS);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_request_is_read),
    cmocka_unit_test(what_is_none_is_refused_with_a_sentence),
};

RUN_TESTS(tests)
