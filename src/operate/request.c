/* A table of commands, each with the members that it has. */
#include "operate/request.h"

#include "base/cleanup.h"

#include <errno.h>
#include <jansson.h>

static const struct {
    const char *word;
    const char *text;   /* the member that is a text, which must be there; NULL: none */
    const char *choice; /* the member that is true or false, and may be left out; NULL: none */
    const char *other;  /* true, it stands in place of the text; NULL: nothing does */
    const char *count;  /* the member that is a number and must be there; NULL: none */
} commands[OPERATE_COMMANDS] = {
    [OPERATE_PING] = { "ping", NULL, NULL, NULL, NULL },
    [OPERATE_STATUS] = { "status", NULL, NULL, NULL, NULL },
    [OPERATE_STATS] = { "stats", NULL, NULL, NULL, NULL },
    [OPERATE_UPSTREAMS] = { "upstreams", NULL, NULL, NULL, NULL },
    [OPERATE_FLUSH] = { "flush", "name", "tree", "all", NULL },
    [OPERATE_DUMP] = { "dump", NULL, NULL, NULL, NULL },
    [OPERATE_SAVE] = { "save", NULL, NULL, NULL, NULL },
    [OPERATE_LOAD] = { "load", NULL, NULL, NULL, "size" },
    [OPERATE_LOG] = { "log", "level", NULL, NULL, NULL },
    [OPERATE_REOPEN] = { "reopen", NULL, NULL, NULL, NULL },
};

const char *operate_command_word(enum operate_command command)
{
    return commands[command].word;
}

static void done_json(json_t **json)
{
    json_decref(*json);
}

static bool is_word(const char *word, const char *given)
{
    return word != NULL && strcmp(word, given) == 0;
}

static int find_command(const json_t *json, enum operate_command *ret_command, struct err *err)
{
    const char *word = json_string_value(json_object_get(json, "command"));
    size_t i = 0;

    if (word == NULL)
        return err_set(err, -EINVAL, "the request names no command");
    while (i < OPERATE_COMMANDS && strcmp(word, commands[i].word) != 0)
        i += 1;
    if (i == OPERATE_COMMANDS)
        return err_set(err, -EINVAL, "there is no command of that name");
    *ret_command = (enum operate_command)i;
    return 0;
}

/* That there is no member that the command has not, and all have their kind. */
static int check_members(json_t *json, enum operate_command command, struct err *err)
{
    const char *key;
    json_t *value;

    json_object_foreach(json, key, value)
    {
        if (strcmp(key, "command") == 0)
            continue;
        if (is_word(commands[command].text, key)) {
            if (!json_is_string(value))
                return err_set(err, -EINVAL, "'%s' is not a text", commands[command].text);
        } else if (is_word(commands[command].choice, key) ||
                   is_word(commands[command].other, key)) {
            if (!json_is_boolean(value))
                return err_set(err, -EINVAL, "'%.40s' is neither true nor false", key);
        } else if (is_word(commands[command].count, key)) {
            if (!json_is_integer(value) || json_integer_value(value) < 0)
                return err_set(err, -EINVAL, "'%.40s' is not a number", key);
        } else {
            return err_set(err, -EINVAL, "'%s' has a member that it does not know",
                           commands[command].word);
        }
    }
    return 0;
}

static int read_name(const json_t *json, struct operate_request *request, struct err *err)
{
    const json_t *name = json_object_get(json, "name");
    bool is_all = json_is_true(json_object_get(json, "all"));

    request->is_tree = json_is_true(json_object_get(json, "tree"));
    if (is_all && (name != NULL || request->is_tree))
        return err_set(err, -EINVAL, "'all' stands alone");
    if (!is_all && name == NULL)
        return err_set(err, -EINVAL, "'name' is not there");
    if (name != NULL &&
        dns_name_parse(bytes_of(json_string_value(name), json_string_length(name)), &request->name)
                .status != DNS_OK)
        return err_set(err, -EINVAL, "that is not a domain name");
    return 0;
}

static int read_level(const json_t *json, struct operate_request *request, struct err *err)
{
    const char *word = json_string_value(json_object_get(json, "level"));

    if (word == NULL || !operate_log_level_parse(word, &request->level))
        return err_set(err, -EINVAL, "the level is off, failures or all");
    return 0;
}

static int read_size(const json_t *json, struct operate_request *request, struct err *err)
{
    const json_t *size = json_object_get(json, "size");

    if (size == NULL)
        return err_set(err, -EINVAL, "'size' is not there");
    request->size = (uint64_t)json_integer_value(size);
    return 0;
}

int operate_request_read(struct bytes line, struct operate_request *ret_request, struct err *err)
{
    CLEANUP(done_json) json_t *json = NULL;
    struct operate_request request = { 0 };

    if (line.size > OPERATE_REQUEST_MAX)
        return err_set(err, -EINVAL, "the request has over %d octets", OPERATE_REQUEST_MAX);
    json = json_loadb((const char *)line.at, line.size, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json))
        return err_set(err, -EINVAL, "the request is not an object of JSON on one line");
    if (find_command(json, &request.command, err) < 0 ||
        check_members(json, request.command, err) < 0)
        return err->number;
    if (request.command == OPERATE_FLUSH && read_name(json, &request, err) < 0)
        return err->number;
    if (request.command == OPERATE_LOG && read_level(json, &request, err) < 0)
        return err->number;
    if (request.command == OPERATE_LOAD && read_size(json, &request, err) < 0)
        return err->number;
    *ret_request = request;
    return 0;
}
