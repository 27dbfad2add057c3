/* Lines go to the reader of their kind; what is wrong is counted. */
#include "forwarder/local/list.h"

void forwarder_list_init(struct forwarder_list *list, enum forwarder_list_kind kind,
                         struct forwarder_build *build)
{
    *list = (struct forwarder_list){ .build = build, .kind = kind };
}

/* Keeps how a line begins, for a sentence about it. */
static void show(struct forwarder_list *list, struct bytes line)
{
    size_t size = line.size < FORWARDER_LIST_SHOWN ? line.size : FORWARDER_LIST_SHOWN;

    for (size_t i = 0; i < size; i++)
        list->shown[i] = line.at[i] >= ' ' && line.at[i] <= '~' ? (char)line.at[i] : '?';
    list->shown[size] = '\0';
}

static void read_line(struct forwarder_list *list, struct bytes line)
{
    static const uint8_t order_mark[] = { 0xEF, 0xBB, 0xBF };
    struct bytes mark = bytes_of(order_mark, sizeof(order_mark));
    enum forwarder_list_line what = FORWARDER_LINE_WRONG;

    if (list->lines.number == 1 && bytes_has_prefix(line, mark))
        line = bytes_of(line.at + mark.size, line.size - mark.size);
    if (!list->lines.is_long)
        what = list->kind == FORWARDER_LIST_HOSTS ? forwarder_list_read_hosts(list, line)
                                                  : forwarder_list_read_block(list, line);
    list->lines_used += what == FORWARDER_LINE_USED;
    if (what != FORWARDER_LINE_WRONG)
        return;
    if (list->lines_wrong == 0) {
        list->first_wrong = list->lines.number;
        show(list, line);
    }
    list->lines_wrong += 1;
}

bool forwarder_list_feed(struct forwarder_list *list, struct bytes part)
{
    struct bytes line;

    while (list->status == FORWARDER_BUILD_OK && forwarder_lines_next(&list->lines, &part, &line))
        read_line(list, line);
    return list->status == FORWARDER_BUILD_OK;
}

bool forwarder_list_end(struct forwarder_list *list)
{
    struct bytes line;

    if (list->status == FORWARDER_BUILD_OK && forwarder_lines_end(&list->lines, &line))
        read_line(list, line);
    return list->status == FORWARDER_BUILD_OK;
}
