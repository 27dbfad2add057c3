/* Addresses, and a batch whose payloads stand one behind the other in one block. */
#include "forwarder/core/datagram.h"

#include "base/require.h"

bool forwarder_address_equal(const struct forwarder_address *a, const struct forwarder_address *b)
{
    return a->size == b->size && a->port == b->port && a->scope == b->scope &&
           memcmp(a->octets, b->octets, a->size) == 0;
}

struct byte_writer forwarder_batch_writer(struct forwarder_batch *batch,
                                          const struct forwarder_path *path)
{
    size_t room = forwarder_path_bytes_max(path);

    if (batch->count == FORWARDER_BATCH_MAX || sizeof(batch->octets) - batch->octets_used < room) {
        REQUIRE(batch->flush != NULL);
        batch->flush(batch, batch->owner);
        REQUIRE(forwarder_batch_has_room(batch));
    }
    return byte_writer_init(batch->octets + batch->octets_used, room);
}

void forwarder_batch_add(struct forwarder_batch *batch, const struct forwarder_path *path,
                         const struct byte_writer *written)
{
    REQUIRE(batch->count < FORWARDER_BATCH_MAX);
    REQUIRE(written->base == batch->octets + batch->octets_used);
    REQUIRE(written->position <= forwarder_path_bytes_max(path));
    batch->at[batch->count] = (struct forwarder_datagram){
        .path = *path,
        .payload = byte_writer_written(written),
    };
    batch->count += 1;
    batch->octets_used += written->position;
}

void forwarder_batch_mark(struct forwarder_batch *batch, enum forwarder_source source,
                          uint64_t since_ns)
{
    REQUIRE(batch->count > 0);
    batch->at[batch->count - 1].source = source;
    batch->at[batch->count - 1].since_ns = since_ns;
}
