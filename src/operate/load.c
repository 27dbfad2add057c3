/* The verdict comes first, and then pieces of RECORDS records. */
#include "operate/load.h"

#include "base/clock.h"
#include "base/require.h"
#include "forwarder/core/store.h"

#include <errno.h>
#include <stdlib.h>

#define RECORDS 256

struct operate_load {
    struct forwarder *forwarder;
    size_t size;
    size_t used;
    bool is_open; /* it is whole, and is read */
    struct forwarder_store_check check;
    struct forwarder_store_reader reader;
    uint8_t *octets;
};

int operate_load_new(const struct operate_server *server, uint64_t size,
                     struct operate_load **ret_load, struct err *err)
{
    struct forwarder *forwarder = forwarder_loop_core(server->loop);
    size_t bytes_max = operate_cache_file_bytes_max(forwarder, server->parts);
    struct operate_load *load;

    if (size > bytes_max)
        return err_set(err, -EFBIG, "larger than %zu octets", bytes_max);
    load = calloc(1, sizeof(*load));
    if (load == NULL)
        return err_set(err, -ENOMEM, "no memory");
    load->forwarder = forwarder;
    load->size = (size_t)size;
    load->octets = malloc(load->size + 1);
    if (load->octets == NULL) {
        free(load);
        return err_set(err, -ENOMEM, "no memory");
    }
    *ret_load = load;
    return 0;
}

void operate_load_free(struct operate_load *load)
{
    if (load != NULL)
        free(load->octets);
    free(load);
}

size_t operate_load_missing(const struct operate_load *load, uint8_t **ret_at)
{
    *ret_at = load->octets + load->used;
    return load->size - load->used;
}

void operate_load_add(struct operate_load *load, size_t size)
{
    REQUIRE(size <= load->size - load->used);
    load->used += size;
    if (load->used == load->size)
        forwarder_store_check_begin(&load->check, bytes_of(load->octets, load->size));
}

/* Looks at some more of the framing. */
static int check_step(struct operate_load *load, struct err *err)
{
    if (forwarder_store_check_next(&load->check, RECORDS))
        return 1;
    if (load->check.verdict != FORWARDER_STORE_OK)
        return err_set(err, -EINVAL, "%s", operate_cache_file_sentence(load->check.verdict));
    forwarder_store_check_end(&load->check, clock_wall_s(), &load->reader);
    load->is_open = true;
    return 1;
}

int operate_load_step(struct operate_load *load, struct operate_cache_file *ret_read,
                      struct err *err)
{
    struct forwarder_store_target target = operate_cache_file_target(load->forwarder);

    REQUIRE(load->used == load->size);
    if (!load->is_open)
        return check_step(load, err);
    if (forwarder_store_read(&load->reader, &target, RECORDS, clock_monotonic_ns()))
        return 1;
    *ret_read = (struct operate_cache_file){ load->reader.kept, load->reader.left_out };
    return 0;
}
