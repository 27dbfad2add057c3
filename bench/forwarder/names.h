/* The questions that load asks and answerer answers, in wire form. */
#pragma once

#include <stdint.h>
#include <string.h>

#define HEADER_SIZE 12
/* The name n00000000.bench.cupel, type A, class IN. */
#define QUESTION_SIZE (1 + 9 + 1 + 5 + 1 + 5 + 1 + 4)
#define QUERY_SIZE (HEADER_SIZE + QUESTION_SIZE)
#define NUMBER_AT (HEADER_SIZE + 2)
#define MESSAGE_SIZE_MAX 512

/* A query for the name of that number, with RD. */
static inline void query_write(unsigned char *out, uint16_t id, uint32_t number)
{
    static const unsigned char query[QUERY_SIZE + 1] =
        "\0\0\1\0\0\1\0\0\0\0\0\0\x09n00000000\5bench\5cupel\0\0\1\0\1";
    static const char digits[] = "0123456789abcdef";

    memcpy(out, query, QUERY_SIZE);
    out[0] = (unsigned char)(id >> 8);
    out[1] = (unsigned char)id;
    for (int i = 0; i < 8; i++)
        out[NUMBER_AT + i] = (unsigned char)digits[number >> (28 - 4 * i) & 15];
}
