/* Cupel: a builder over the block; records are put together beforehand. */
#include "build.h"

#include "dns/builder.h"

#include <stdlib.h>

struct prepared {
    const struct build_list *list;
    uint8_t *block;
    struct dns_rr rrs[];
};

void *subject_prepare(const struct build_list *list, uint8_t *block)
{
    struct prepared *prepared = malloc(sizeof(*prepared) + list->count * sizeof(struct dns_rr));

    if (prepared == NULL)
        return NULL;
    prepared->list = list;
    prepared->block = block;
    for (size_t i = 0; i < list->count; i++) {
        const struct build_record *record = &list->records[i];

        prepared->rrs[i] = (struct dns_rr){
            .owner = dns_name_reader(&record->owner),
            .type = record->type,
            .class = record->class,
            .ttl_s = record->ttl_s,
            .rdata = byte_reader_init(record->rdata),
        };
    }
    return prepared;
}

size_t subject_build(void *prepared)
{
    struct prepared *mine = prepared;
    const struct build_list *list = mine->list;
    struct dns_builder builder;

    dns_builder_init(&builder, mine->block, DNS_MESSAGE_SIZE_MAX, &list->header);
    if (dns_builder_add_question(&builder, &list->question).status != DNS_OK)
        return 0;
    for (size_t i = 0; i < list->count; i++) {
        if (dns_builder_add_rr(&builder, list->records[i].section, &mine->rrs[i]).status != DNS_OK)
            return 0;
    }
    return dns_builder_finish(&builder).size;
}

struct bytes subject_wire(void *prepared, size_t size)
{
    return bytes_of(((struct prepared *)prepared)->block, size);
}
