/* A filter is compiled once, and what is found of it later is never another's. */
#include "unit.h"

#include "kernel/seccomp_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory that is removed with what is in it, and the one of the cache below it. */
struct fixture {
    char top[40];
    char cache[64];
};

static int make_top(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    (void)snprintf(fixture->top, sizeof(fixture->top), "/tmp/cupel-filters-XXXXXX");
    assert_non_null(mkdtemp(fixture->top));
    (void)snprintf(fixture->cache, sizeof(fixture->cache), "%s/filters", fixture->top);
    *state = fixture;
    return 0;
}

/* Calls `use` for each file of the cache; how many there are. */
static size_t each_file(const struct fixture *fixture, void (*use)(int directory_fd, const char *))
{
    DIR *listing = opendir(fixture->cache);
    size_t count = 0;

    assert_non_null(listing);
    for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (use != NULL)
            use(dirfd(listing), entry->d_name);
    }
    (void)closedir(listing);
    return count;
}

static void remove_one(int directory_fd, const char *name)
{
    assert_int_equal(unlinkat(directory_fd, name, 0), 0);
}

static int remove_top(void **state)
{
    struct fixture *fixture = *state;

    (void)each_file(fixture, remove_one);
    assert_int_equal(rmdir(fixture->cache), 0);
    assert_int_equal(rmdir(fixture->top), 0);
    free(fixture);
    return 0;
}

/* Compiles a filter that lets all go on but one call, which fails with the number. */
static struct kernel_seccomp_program compile(const struct fixture *fixture, uint16_t number)
{
    static const char *const names[] = { "mkdir" };
    struct kernel_seccomp_rule rule = { .names = names, .names_count = 1 };
    struct kernel_seccomp rules = { .rules = &rule, .rules_count = 1, .flags = 2 };
    struct kernel_seccomp_program program = { 0 };
    struct err err = { 0 };

    assert_true(kernel_seccomp_action_find("SCMP_ACT_ALLOW", 0, &rules.default_action));
    assert_true(kernel_seccomp_action_find("SCMP_ACT_ERRNO", number, &rule.action));
    assert_int_equal(kernel_seccomp_compile_cached(fixture->cache, &rules, &program, &err), 0);
    assert_int_equal(program.flags, 2);
    return program;
}

static void assert_same(const struct kernel_seccomp_program *a,
                        const struct kernel_seccomp_program *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->instructions, b->instructions, a->count * (size_t)8);
}

static void what_was_compiled_is_found_again(void **state)
{
    struct kernel_seccomp_program first = compile(*state, 1);
    struct kernel_seccomp_program again = compile(*state, 1);
    struct kernel_seccomp_program other = compile(*state, 2);

    assert_same(&first, &again);
    assert_int_equal(each_file(*state, NULL), 2);
    assert_int_equal(first.count, other.count);
    assert_memory_not_equal(first.instructions, other.instructions, first.count * (size_t)8);
    kernel_seccomp_done(&first);
    kernel_seccomp_done(&again);
    kernel_seccomp_done(&other);
}

/* Makes the last instruction another one, which only what was found would have. */
static void change_end(int directory_fd, const char *name)
{
    int fd = openat(directory_fd, name, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0 && lseek(fd, -1, SEEK_END) > 0);
    assert_int_equal(write(fd, "\x42", 1), 1);
    (void)close(fd);
}

static void cut_end(int directory_fd, const char *name)
{
    struct stat status;
    int fd = openat(directory_fd, name, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0 && fstat(fd, &status) == 0);
    assert_int_equal(ftruncate(fd, status.st_size - 1), 0);
    (void)close(fd);
}

static void let_others_write(int directory_fd, const char *name)
{
    change_end(directory_fd, name);
    assert_int_equal(fchmodat(directory_fd, name, 0622, 0), 0);
}

/* The rules of the file become others', as where two have the same name. */
static void change_rules(int directory_fd, const char *name)
{
    int fd = openat(directory_fd, name, O_WRONLY | O_CLOEXEC);

    change_end(directory_fd, name);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "\x42", 1, 70), 1);
    (void)close(fd);
}

static void what_cannot_be_trusted_is_compiled_again(void **state)
{
    static const struct {
        const char *label;
        void (*spoil)(int directory_fd, const char *name);
        bool is_used;
    } rows[] = {
        { "another end, to show that it is looked at", change_end, true },
        { "cut", cut_end, false },
        { "others may write", let_others_write, false },
        { "other rules", change_rules, false },
    };
    struct kernel_seccomp_program right = compile(*state, 1);

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct kernel_seccomp_program found;
        bool is_right;

        assert_int_equal(each_file(*state, rows[i].spoil), 1);
        found = compile(*state, 1);
        is_right = found.count == right.count &&
                   memcmp(found.instructions, right.instructions, right.count * (size_t)8) == 0;
        assert_row(rows[i].label, is_right == !rows[i].is_used);
        kernel_seccomp_done(&found);
        (void)each_file(*state, remove_one);
        found = compile(*state, 1);
        kernel_seccomp_done(&found);
    }
    kernel_seccomp_done(&right);
}

static void there_are_no_more_files_than_there_may_be(void **state)
{
    for (uint16_t i = 0; i < KERNEL_SECCOMP_CACHE_FILES + 5; i++) {
        struct kernel_seccomp_program program = compile(*state, i);

        kernel_seccomp_done(&program);
    }
    assert_int_equal(each_file(*state, NULL), KERNEL_SECCOMP_CACHE_FILES);
}

static void a_directory_of_others_is_not_used(void **state)
{
    const struct fixture *fixture = *state;
    struct kernel_seccomp_program program;

    assert_int_equal(mkdir(fixture->cache, 0700), 0);
    assert_int_equal(chmod(fixture->cache, 0777), 0);
    program = compile(fixture, 1);
    assert_int_equal(each_file(fixture, NULL), 0);
    kernel_seccomp_done(&program);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_top, remove_top)
static const struct CMUnitTest tests[] = {
    TEST(what_was_compiled_is_found_again),
    TEST(what_cannot_be_trusted_is_compiled_again),
    TEST(there_are_no_more_files_than_there_may_be),
    TEST(a_directory_of_others_is_not_used),
};

RUN_TESTS(tests)
