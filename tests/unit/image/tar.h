/*
 * Tars for tests, honest and hostile: a header says exactly what the test wants it to say. One
 * member a row; the tar ends with two blocks of zeroes.
 */
#pragma once

#include "base/bytes.h"
#include "base/require.h"

#include <stdio.h>
#include <stdlib.h>

#define TAR_BYTES_MAX ((size_t)1 << 16)
#define TAR_MEMBERS_MAX 12

struct tar_member {
    char type; /* '0' file, '1' hard link, '2' symbolic link, '3' device, '5' directory, '6' FIFO,
                  'x' pax header, 'L' GNU long name; 0 ends a list of members */
    const char *name;
    const char *link;
    const char *content;
    unsigned int mode;       /* 0: 0755 for a directory, else 0644 */
    const char *size_octets; /* what the size field says, where that is not the content's size */
    const char *uid_octets;
};

struct tar {
    uint8_t *at;
    size_t size;
};

static inline void tar_done(struct tar *tar)
{
    free(tar->at);
    tar->at = NULL;
}

static inline void tar_field(uint8_t *header, size_t offset, const char *text, size_t size_max)
{
    size_t size = strlen(text);

    REQUIRE(size <= size_max);
    memcpy(header + offset, text, size);
}

static inline void tar_octal(uint8_t *header, size_t offset, unsigned long value, int digits)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%0*lo", digits, value);
    memcpy(header + offset, text, strlen(text));
}

static inline void tar_add(struct tar *tar, const struct tar_member *member)
{
    const char *content = member->content == NULL ? "" : member->content;
    size_t size = strlen(content);
    uint8_t *header = tar->at + tar->size;
    unsigned int sum = 0;

    REQUIRE(tar->size + 512 + size + 512 <= TAR_BYTES_MAX);
    tar_field(header, 0, member->name, 100);
    tar_octal(header, 100, member->mode != 0 ? member->mode : member->type == '5' ? 0755 : 0644, 7);
    tar_octal(header, 108, 0, 7);
    if (member->uid_octets != NULL)
        memcpy(header + 108, member->uid_octets, 8);
    tar_octal(header, 116, 0, 7);
    tar_octal(header, 124, size, 11);
    if (member->size_octets != NULL)
        memcpy(header + 124, member->size_octets, 12);
    tar_octal(header, 136, 1000000000, 11);
    header[156] = (uint8_t)member->type;
    tar_field(header, 157, member->link == NULL ? "" : member->link, 100);
    memcpy(header + 257, "ustar\00000", 8);
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += header[i];
    tar_octal(header, 148, sum, 6);
    header[154] = '\0';
    memcpy(header + 512, content, size);
    tar->size += 512 + (size + 511) / 512 * 512;
}

/* A tar of all members up to the one without a type. The caller frees it with tar_done(). */
static inline struct tar tar_of(const struct tar_member *members)
{
    struct tar tar = { .at = calloc(1, TAR_BYTES_MAX) };

    REQUIRE(tar.at != NULL);
    for (size_t i = 0; i < TAR_MEMBERS_MAX && members[i].type != 0; i++)
        tar_add(&tar, &members[i]);
    tar.size += 1024;
    return tar;
}

static inline struct bytes tar_bytes(const struct tar *tar)
{
    return bytes_of(tar->at, tar->size);
}
