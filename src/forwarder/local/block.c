/*
 * Lines of block lists, told apart by how they begin:
 *
 *     # comment, ; comment, ! comment, [header], $directive
 *     0.0.0.0 name name …            hosts(5), with an address that leads nowhere
 *     name, *.name                   a name, or it and all below
 *     ||name^, @@||name^             filters of names (Adblock Plus): it and all below; allowed
 *     local=/name/, address=/name/   as dnsmasq has it: it and all below
 *     name CNAME ., *.name CNAME .   response policy zones; CNAME rpz-passthru. allows
 */
#include "forwarder/local/list.h"

#include "dns/code.h"
#include "forwarder/local/word.h"

#define BLOCKED_BOTH (FORWARDER_NAME_BLOCKED | FORWARDER_NAME_BLOCKED_BELOW)
#define ALLOWED_BOTH (FORWARDER_NAME_ALLOWED | FORWARDER_NAME_ALLOWED_BELOW)

static bool begins(struct bytes word, const char *start)
{
    return bytes_has_prefix(word, bytes_of_text(start));
}

static struct bytes behind(struct bytes word, size_t size)
{
    return bytes_of(word.at + size, word.size - size);
}

/* Adds a rule for the name that a word is. */
static enum forwarder_list_line add_rule(struct forwarder_list *list, struct bytes word,
                                         unsigned int flags)
{
    struct dns_name name;

    if (!forwarder_word_name(word, &name))
        return FORWARDER_LINE_WRONG;
    list->status = forwarder_build_rule(list->build, &name, flags);
    return FORWARDER_LINE_USED;
}

enum forwarder_list_line forwarder_list_add_name(struct forwarder_list *list, struct bytes word,
                                                 unsigned int flag)
{
    unsigned int both = flag == FORWARDER_NAME_BLOCKED ? BLOCKED_BOTH : ALLOWED_BOTH;

    if (begins(word, "*."))
        return add_rule(list, behind(word, 2), both);
    return add_rule(list, word, flag);
}

/* Whether an address leads nowhere but to this machine. */
static bool is_sink(const struct forwarder_word_address *address)
{
    static const uint8_t zeroes[15] = { 0 };

    if (address->size == 4)
        return address->octets[0] == 127 || memcmp(address->octets, zeroes, 4) == 0;
    return memcmp(address->octets, zeroes, sizeof(zeroes)) == 0 && address->octets[15] <= 1;
}

/* Names behind an address. Those that any hosts file has say nothing. */
static enum forwarder_list_line read_sink(struct forwarder_list *list, struct bytes line,
                                          bool leads_nowhere)
{
    enum forwarder_list_line what = FORWARDER_LINE_EMPTY;
    unsigned int names = 0;
    bool is_right = true;
    struct bytes word;

    while (list->status == FORWARDER_BUILD_OK && forwarder_word_next(&line, &word)) {
        names += 1;
        if (forwarder_word_is_usual(word))
            continue;
        what = FORWARDER_LINE_USED;
        if (!leads_nowhere || add_rule(list, word, FORWARDER_NAME_BLOCKED) == FORWARDER_LINE_WRONG)
            is_right = false;
    }
    return is_right && names > 0 ? what : FORWARDER_LINE_WRONG;
}

/* Whether the options of a filter leave it one of names. */
static bool is_for_names(struct bytes options)
{
    return options.size == 0 || bytes_equal(options, bytes_of_text("|")) ||
           bytes_equal(options, bytes_of_text("$important")) ||
           bytes_equal(options, bytes_of_text("$all"));
}

/* A filter behind its `||`: NAME^, perhaps with options. */
static enum forwarder_list_line read_filter(struct forwarder_list *list, struct bytes filter,
                                            unsigned int flags)
{
    const uint8_t *end = filter.size == 0 ? NULL : memchr(filter.at, '^', filter.size);
    size_t size;

    if (end == NULL)
        return FORWARDER_LINE_WRONG;
    size = (size_t)(end - filter.at);
    if (!is_for_names(behind(filter, size + 1)))
        return FORWARDER_LINE_WRONG;
    return add_rule(list, bytes_of(filter.at, size), flags);
}

/* A line of dnsmasq's behind its first slash: NAME/, perhaps with an address that leads nowhere. */
static enum forwarder_list_line read_setting(struct forwarder_list *list, struct bytes setting)
{
    const uint8_t *end = setting.size == 0 ? NULL : memchr(setting.at, '/', setting.size);
    struct forwarder_word_address address;
    struct bytes value;

    if (end == NULL)
        return FORWARDER_LINE_WRONG;
    value = behind(setting, (size_t)(end - setting.at) + 1);
    if (value.size > 0 && !bytes_equal(value, bytes_of_text("#")) &&
        !(forwarder_word_address(value, &address) && is_sink(&address)))
        return FORWARDER_LINE_WRONG;
    return add_rule(list, bytes_of(setting.at, (size_t)(end - setting.at)), BLOCKED_BOTH);
}

static bool is_number(struct bytes word)
{
    for (size_t i = 0; i < word.size; i++)
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
    return true;
}

/* The type of a record, behind its TTL and its class. */
static bool next_type(struct bytes *line, struct bytes *ret_type)
{
    do {
        if (!forwarder_word_next(line, ret_type))
            return false;
    } while (is_number(*ret_type) || dns_word_equal(*ret_type, "IN"));
    return true;
}

/* Parentheses that a line opens, less those that it closes. */
static unsigned int depth_after(unsigned int depth, struct bytes line)
{
    for (size_t i = 0; i < line.size && line.at[i] != ';'; i++) {
        depth += line.at[i] == '(' && depth < 8;
        depth -= line.at[i] == ')' && depth > 0;
    }
    return depth;
}

/* What a policy's target means: flags for the name itself, or 0. */
static unsigned int policy_of(struct bytes target)
{
    static const struct {
        const char *target;
        unsigned int flag;
    } rows[] = {
        { ".", FORWARDER_NAME_BLOCKED },
        { "*.", FORWARDER_NAME_BLOCKED },
        { "rpz-drop.", FORWARDER_NAME_BLOCKED },
        { "rpz-passthru.", FORWARDER_NAME_ALLOWED },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (dns_word_equal(target, rows[i].target))
            return rows[i].flag;
    return 0;
}

/* Whether a trigger is about something else than the name that is asked for. */
static bool is_other_trigger(struct bytes owner)
{
    static const char *const kinds[] = { ".rpz-ip", ".rpz-nsip", ".rpz-client-ip", ".rpz-nsdname" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t size = strlen(kinds[i]);

        if (owner.size > size && dns_word_equal(behind(owner, owner.size - size), kinds[i]))
            return true;
    }
    return false;
}

/* A record of a response policy zone, whose owner is a name, or all below it. */
static enum forwarder_list_line read_policy(struct forwarder_list *list, struct bytes owner,
                                            struct bytes line)
{
    struct bytes rest = line;
    struct bytes word;
    unsigned int flag;

    if (!next_type(&rest, &word))
        return FORWARDER_LINE_WRONG;
    if (dns_word_equal(word, "SOA") || dns_word_equal(word, "NS")) {
        list->depth = depth_after(0, rest);
        return FORWARDER_LINE_EMPTY;
    }
    if (!dns_word_equal(word, "CNAME") || !forwarder_word_next(&rest, &word) ||
        is_other_trigger(owner))
        return FORWARDER_LINE_WRONG;
    flag = policy_of(word);
    if (flag == 0)
        return FORWARDER_LINE_WRONG;
    if (!begins(owner, "*."))
        return add_rule(list, owner, flag);
    return add_rule(list, behind(owner, 2),
                    flag == FORWARDER_NAME_BLOCKED ? FORWARDER_NAME_BLOCKED_BELOW
                                                   : FORWARDER_NAME_ALLOWED_BELOW);
}

/* Whether a line begins with what stands in a zone file in place of an owner: nothing. */
static bool has_no_owner(struct bytes line, struct bytes first)
{
    return line.size > 0 && (line.at[0] == ' ' || line.at[0] == '\t') &&
           (is_number(first) || dns_word_equal(first, "IN") || dns_word_equal(first, "NS") ||
            dns_word_equal(first, "SOA"));
}

/* A line of words. */
static enum forwarder_list_line read_words(struct forwarder_list *list, struct bytes line)
{
    struct forwarder_word_address address;
    struct bytes rest = line;
    struct bytes more;
    struct bytes first;
    struct bytes second;

    if (!forwarder_word_next(&rest, &first))
        return FORWARDER_LINE_EMPTY;
    if (forwarder_word_address(first, &address))
        return read_sink(list, rest, is_sink(&address));
    more = rest;
    if (!forwarder_word_next(&more, &second))
        return forwarder_list_add_name(list, first, FORWARDER_NAME_BLOCKED);
    if (has_no_owner(line, first))
        return read_policy(list, bytes_of(NULL, 0), line);
    if (forwarder_word_is_usual(second) && memchr(first.at, ':', first.size) != NULL)
        return FORWARDER_LINE_EMPTY; /* an address with a scope */
    return read_policy(list, first, rest);
}

enum forwarder_list_line forwarder_list_read_block(struct forwarder_list *list, struct bytes line)
{
    static const char *const settings[] = { "address=/", "local=/", "server=/" };
    struct bytes trimmed = forwarder_word_trim(line);

    if (list->depth > 0) {
        list->depth = depth_after(list->depth, line);
        return FORWARDER_LINE_EMPTY;
    }
    if (trimmed.size == 0 || memchr("#;![$", trimmed.at[0], 5) != NULL)
        return FORWARDER_LINE_EMPTY;
    if (begins(trimmed, "||"))
        return read_filter(list, behind(trimmed, 2), BLOCKED_BOTH);
    if (begins(trimmed, "@@||"))
        return read_filter(list, behind(trimmed, 4), ALLOWED_BOTH);
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (begins(trimmed, settings[i]))
            return read_setting(list, behind(trimmed, strlen(settings[i])));
    return read_words(list, line);
}
