/* Lines of fields between colons. */
#include "engine/user.h"

#include <errno.h>

#define FIELDS_MAX 7
#define GROUPS_MAX 256
/* 2^32 - 1 stands for "no id". */
#define ID_MAX ((uint64_t)UINT32_MAX - 1)

/* Up to FIELDS_MAX fields of a line; those that are not there are empty. */
struct line {
    struct bytes fields[FIELDS_MAX];
    size_t count;
};

/* The part of `rest` up to the mark (or all of it), which it then loses, with the mark. */
static struct bytes take_until(struct bytes *rest, char mark)
{
    const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->at, mark, rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->at);
    struct bytes part = bytes_of(rest->at, size);

    *rest = end == NULL ? bytes_of(NULL, 0) : bytes_of(end + 1, rest->size - size - 1);
    return part;
}

/* The next line of a file, in fields; false at the end. */
static bool next_line(struct bytes *file, struct line *ret_line)
{
    struct line line = { 0 };
    struct bytes rest;

    if (file->size == 0)
        return false;
    rest = take_until(file, '\n');
    while (rest.size > 0 && line.count < FIELDS_MAX)
        line.fields[line.count++] = take_until(&rest, ':');
    *ret_line = line;
    return true;
}

/* A decimal number of an id; false where it is none or too large. */
static bool read_id(struct bytes text, uint32_t *ret_id)
{
    uint64_t id = 0;

    if (text.size == 0 || text.size > 10)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        id = id * 10 + (uint64_t)(text.at[i] - '0');
    }
    if (id > ID_MAX)
        return false;
    *ret_id = (uint32_t)id;
    return true;
}

static bool is_number(struct bytes text)
{
    return text.size > 0 && text.at[0] >= '0' && text.at[0] <= '9';
}

/* A line of passwd, read. */
struct account {
    struct bytes name;
    uint32_t uid;
    uint32_t gid;
    struct bytes home;
};

/* The account of that name or number. */
static bool find_account(struct bytes passwd, struct bytes wanted, struct account *ret_account)
{
    uint32_t wanted_uid = 0;
    bool by_number = read_id(wanted, &wanted_uid);
    struct line line;

    while (next_line(&passwd, &line)) {
        struct account account = { .name = line.fields[0], .home = line.fields[5] };

        if (account.name.size == 0 || !read_id(line.fields[2], &account.uid) ||
            !read_id(line.fields[3], &account.gid))
            continue;
        if (by_number ? account.uid == wanted_uid : bytes_equal(account.name, wanted)) {
            *ret_account = account;
            return true;
        }
    }
    return false;
}

static bool find_group(struct bytes group, struct bytes wanted, uint32_t *ret_gid)
{
    struct line line;

    while (next_line(&group, &line)) {
        if (line.fields[0].size > 0 && bytes_equal(line.fields[0], wanted) &&
            read_id(line.fields[2], ret_gid))
            return true;
    }
    return false;
}

/* Whether a comma-separated list has the name. */
static bool has_member(struct bytes members, struct bytes name)
{
    while (members.size > 0) {
        if (bytes_equal(take_until(&members, ','), name))
            return true;
    }
    return false;
}

/* The groups of /etc/group that list the user. */
static int find_memberships(struct bytes group, struct bytes name, struct arena *arena,
                            struct oci_user *user, struct err *err)
{
    uint32_t *gids = arena_alloc_array(arena, GROUPS_MAX, sizeof(*gids));
    size_t count = 0;
    struct line line;

    if (gids == NULL)
        return err_system(err, ENOMEM, "look up the user");
    while (count < GROUPS_MAX && next_line(&group, &line)) {
        if (name.size > 0 && has_member(line.fields[3], name) &&
            read_id(line.fields[2], &gids[count]))
            count++;
    }
    user->additional_gids = (struct oci_ids){ .count = count, .at = gids };
    return 0;
}

int engine_user_find(const char *text, const struct engine_accounts *accounts, struct arena *arena,
                     struct engine_user *ret_user, struct err *err)
{
    struct bytes rest = bytes_of_text(text);
    bool has_group = strchr(text, ':') != NULL;
    struct bytes name = take_until(&rest, ':');
    struct engine_user user = { 0 };
    struct account account = { .home = bytes_of_text("/") };
    int number = 0;

    if (!find_account(accounts->passwd, name, &account)) {
        if (is_number(name) && !read_id(name, &account.uid))
            return err_set(err, -EINVAL, "user '%s': is no number of a user", text);
        if (!is_number(name))
            return err_set(err, -ENOENT, "user '%s': the image's /etc/passwd has no such user",
                           text);
    }
    user.user = (struct oci_user){ .uid = account.uid, .gid = account.gid };
    if (!has_group)
        number = find_memberships(accounts->group, account.name, arena, &user.user, err);
    else if (!find_group(accounts->group, rest, &user.user.gid) && !read_id(rest, &user.user.gid))
        number = err_set(err, -ENOENT, "user '%s': the image's /etc/group has no such group", text);
    if (number < 0)
        return number;
    user.home = arena_copy_bytes(arena, account.home.size == 0 ? bytes_of_text("/") : account.home);
    if (user.home == NULL)
        return err_system(err, ENOMEM, "look up the user");
    *ret_user = user;
    return 0;
}
