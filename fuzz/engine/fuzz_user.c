/*
 * Property: of any bytes as a user's text and as an image's /etc/passwd and /etc/group, which a NUL
 * is between, the user is either refused with a sentence, and nothing has changed; or has the ids,
 * the directory and the further groups that a search of the files has, field by field from their
 * start for each of them.
 *
 * Covers: src/engine/user.c 95%
 */
#include "engine/user.h"
#include "fuzz/target.h"

#include <errno.h>
#include <string.h>

#define ARENA_BYTES_MAX ((size_t)1 << 20)
#define DIGITS_MAX 10
#define MEMBERSHIPS_MAX 256

enum { NAME = 0, UID = 2, GID = 3, MEMBERS = 3, HOME = 5 };

/* The part of `whole` between so many marks and the next, empty where there are not so many. */
static struct bytes part_of(struct bytes whole, char mark, size_t number, bool *ret_is_there)
{
    size_t start = 0;
    size_t end;

    for (; number > 0; number--, start++) {
        while (start < whole.size && whole.at[start] != mark)
            start++;
        if (start == whole.size)
            break;
    }
    *ret_is_there = number == 0 && start < whole.size;
    for (end = start; end < whole.size && whole.at[end] != mark;)
        end++;
    return *ret_is_there ? bytes_of(whole.at + start, end - start) : bytes_of(NULL, 0);
}

static struct bytes field_of(struct bytes line, size_t number)
{
    bool is_there;

    return part_of(line, ':', number, &is_there);
}

static bool is_id(struct bytes text, uint32_t *ret_id)
{
    char copy[DIGITS_MAX + 1] = "";
    unsigned long long id;

    if (text.size == 0 || text.size > DIGITS_MAX)
        return false;
    memcpy(copy, text.at, text.size);
    if (strspn(copy, "0123456789") != text.size)
        return false;
    id = strtoull(copy, NULL, 10);
    *ret_id = (uint32_t)id;
    return id < UINT32_MAX;
}

/* What a search has of passwd, and of groups by their name. */
struct found {
    bool is_there;
    struct bytes name;
    uint32_t uid;
    uint32_t gid;
    struct bytes home;
};

static struct found search_passwd(struct bytes passwd, struct bytes wanted)
{
    uint32_t wanted_uid = 0;
    bool by_number = is_id(wanted, &wanted_uid);
    bool is_there = true;

    for (size_t i = 0; is_there; i++) {
        struct bytes line = part_of(passwd, '\n', i, &is_there);
        struct found found = { true, field_of(line, NAME), 0, 0, field_of(line, HOME) };

        if (found.name.size > 0 && is_id(field_of(line, UID), &found.uid) &&
            is_id(field_of(line, GID), &found.gid) &&
            (by_number ? found.uid == wanted_uid : bytes_equal(found.name, wanted)))
            return found;
    }
    return (struct found){ .is_there = by_number, .uid = wanted_uid };
}

static struct found search_group(struct bytes group, struct bytes wanted)
{
    struct found found = { 0 };
    bool is_there = true;

    for (size_t i = 0; is_there; i++) {
        struct bytes line = part_of(group, '\n', i, &is_there);

        if (field_of(line, NAME).size > 0 && bytes_equal(field_of(line, NAME), wanted) &&
            is_id(field_of(line, UID), &found.gid)) {
            found.is_there = true;
            return found;
        }
    }
    found.is_there = is_id(wanted, &found.gid);
    return found;
}

/* Whether a group is the next of those that were found, where its line has the user. */
static size_t check_membership(struct bytes line, struct bytes name, const struct oci_ids *groups,
                               size_t count)
{
    struct bytes members = field_of(line, MEMBERS);
    bool is_there = true;
    bool is_member = false;
    uint32_t gid;

    for (size_t i = 0; is_there && !is_member; i++) {
        struct bytes member = part_of(members, ',', i, &is_there);

        is_member = is_there && bytes_equal(member, name);
    }
    if (!is_member || name.size == 0 || !is_id(field_of(line, UID), &gid) ||
        count == MEMBERSHIPS_MAX)
        return count;
    fuzz_require(count < groups->count && groups->at[count] == gid);
    return count + 1;
}

static void check_memberships(struct bytes group, struct bytes name, const struct oci_ids *groups)
{
    bool is_there = true;
    size_t count = 0;

    for (size_t i = 0; is_there; i++)
        count = check_membership(part_of(group, '\n', i, &is_there), name, groups, count);
    fuzz_require(count == groups->count);
}

static void check_found(const char *text, const struct engine_accounts *accounts,
                        const struct engine_user *user)
{
    const char *colon = strchr(text, ':');
    size_t name_size = colon == NULL ? strlen(text) : (size_t)(colon - text);
    struct found found = search_passwd(accounts->passwd, bytes_of(text, name_size));
    struct bytes home = found.home.size == 0 ? bytes_of_text("/") : found.home;

    fuzz_require(found.is_there && user->user.uid == found.uid);
    fuzz_require(bytes_equal(bytes_of_text(user->home), home));
    if (colon == NULL) {
        fuzz_require(user->user.gid == found.gid);
        check_memberships(accounts->group, found.name, &user->user.additional_gids);
    } else {
        struct found group = search_group(accounts->group, bytes_of_text(colon + 1));

        fuzz_require(group.is_there && user->user.gid == group.gid);
        fuzz_require(user->user.additional_gids.count == 0);
    }
}

/* Why there may be none. */
static bool may_be_refused(const char *text, const struct engine_accounts *accounts)
{
    const char *colon = strchr(text, ':');
    size_t name_size = colon == NULL ? strlen(text) : (size_t)(colon - text);

    return !search_passwd(accounts->passwd, bytes_of(text, name_size)).is_there ||
           (colon != NULL && !search_group(accounts->group, bytes_of_text(colon + 1)).is_there);
}

FUZZ_TARGET(input)
{
    bool is_there;
    struct bytes name = part_of(input, '\0', 0, &is_there);
    struct engine_accounts accounts = { .passwd = part_of(input, '\0', 1, &is_there),
                                        .group = part_of(input, '\0', 2, &is_there) };
    struct arena arena = arena_init(ARENA_BYTES_MAX);
    const char *text = arena_copy_bytes(&arena, name);
    struct engine_user user = { .home = "untouched" };
    struct err err = { 0 };

    if (text != NULL && engine_user_find(text, &accounts, &arena, &user, &err) == 0) {
        check_found(text, &accounts, &user);
    } else if (text != NULL) {
        fuzz_require(err.number < 0 && err.sentence[0] != '\0');
        fuzz_require(strcmp(user.home, "untouched") == 0);
        fuzz_require(err.number == -ENOMEM || may_be_refused(text, &accounts));
    }
    arena_done(&arena);
}
