/*
 * struct forwarder_list: a hosts file or a block list, read into a build as it comes.
 *
 *     forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
 *     while (… a part of the file …)
 *         if (!forwarder_list_feed(&list, part))
 *             … list.status …
 *     if (!forwarder_list_end(&list))
 *         …
 *     … list.lines_used, list.lines_wrong, list.first_wrong …
 *
 * What a line may be: docs/forwarder.md, "Hosts and block lists". A line that is none of that is
 * counted, and left out; the reading stops where there is no memory or no room. One thread; what is
 * given is copied.
 */
#pragma once

#include "base/text.h"
#include "forwarder/local/build.h"
#include "forwarder/local/lines.h"

/* A file is not larger, in octets. */
#define FORWARDER_LIST_BYTES_MAX (UINT64_C(1) << 30)
/* So much of a wrong line is kept. */
#define FORWARDER_LIST_SHOWN 48

enum forwarder_list_kind {
    FORWARDER_LIST_HOSTS, /* hosts(5): addresses, and names that have them */
    FORWARDER_LIST_BLOCK, /* names to block, in any of the usual forms */
};

struct forwarder_list {
    struct forwarder_build *build;
    enum forwarder_list_kind kind;
    enum forwarder_build_status status;
    struct forwarder_lines lines;
    uint64_t lines_used;  /* that say something about a name */
    uint64_t lines_wrong; /* that are none of what a line may be */
    uint64_t first_wrong; /* the number of the first of those */
    unsigned int depth;   /* parentheses that are open, of a record over several lines */
    char shown[FORWARDER_LIST_SHOWN + 1]; /* how the first wrong line begins; printable */
};

/* What a line is. */
enum forwarder_list_line {
    FORWARDER_LINE_EMPTY, /* it says nothing, rightly */
    FORWARDER_LINE_USED,
    FORWARDER_LINE_WRONG,
};

/* A list at its start. */
void forwarder_list_init(struct forwarder_list *list, enum forwarder_list_kind kind,
                         struct forwarder_build *build);

/* Reads a part of it. False where list->status is not FORWARDER_BUILD_OK. */
bool forwarder_list_feed(struct forwarder_list *list, struct bytes part);

/* Reads the last line, where it has no end. False as above. */
bool forwarder_list_end(struct forwarder_list *list);

/* Reads a line of a hosts file, without its end; for forwarder_list_feed(). */
enum forwarder_list_line forwarder_list_read_hosts(struct forwarder_list *list, struct bytes line);

/* Reads a line of a block list; likewise. */
enum forwarder_list_line forwarder_list_read_block(struct forwarder_list *list, struct bytes line);

/* Reads a name as it stands alone on a line of a block list, and adds a rule for it: NAME, or
 * *.NAME for it and all below. `flags`: FORWARDER_NAME_BLOCKED or FORWARDER_NAME_ALLOWED. */
enum forwarder_list_line forwarder_list_add_name(struct forwarder_list *list, struct bytes word,
                                                 unsigned int flag);
