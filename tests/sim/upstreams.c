/* Upstreams that answer, lie, are silent or old, and forgers that know all but one thing. */
#include "tests/sim/simulation.h"

/* What is wrong with a forged reply. */
enum forgery {
    FORGE_ID,
    FORGE_LANE,
    FORGE_ADDRESS,
    FORGE_PORT,
    FORGE_UPSTREAM,
    FORGE_CASE,
    FORGE_NAME,
    FORGE_QUERY,
    FORGE_CUT,
    FORGE_RDATA,
    FORGE_MORE,
    FORGE_SHORT,
    FORGERIES
};

/* An honest address is made of the question; a forger's is this. */
static const uint8_t forged_address[4] = { 66, 66, 66, 66 };

void upstream_address(const struct dns_question *question, uint8_t ret_address[4])
{
    uint32_t hash = question->type;

    for (size_t i = 0; i < question->name.size; i++)
        hash = (hash ^ (question->name.octets[i] | 0x20U)) * UINT32_C(16777619);
    for (size_t i = 0; i < 4; i++)
        ret_address[i] = (uint8_t)(hash >> 8 * i & 0x3F); /* 66 is 0x42 */
}

/* What an honest upstream says to a question: most have an address, some do not exist. */
enum kind_of_reply { REPLY_ADDRESS, REPLY_NOTHING, REPLY_FAILURE, REPLY_STRANGE };

static enum kind_of_reply kind_for(struct simulation *sim, const uint8_t address[4])
{
    if (chance_of(&sim->chance, sim->failing_per_mille))
        return REPLY_FAILURE;
    if (!sim->is_calm && chance_of(&sim->chance, 20))
        return REPLY_STRANGE;
    return address[0] % 4 == 0 ? REPLY_NOTHING : REPLY_ADDRESS;
}

/* Adds as many copies of an address as chance wants. */
static void add_addresses(struct simulation *sim, const struct dns_question *question,
                          const uint8_t address[4], struct dns_builder *builder)
{
    struct dns_rr rr = {
        .owner = dns_name_reader(&question->name),
        .type = DNS_TYPE_A,
        .class = DNS_CLASS_IN,
        .ttl_s = (uint32_t)between(sim, 0, 20),
        .rdata = byte_reader_init(bytes_of(address, 4)),
    };

    for (uint64_t i = chance_of(&sim->chance, 100) ? between(sim, 20, 60) : 1; i > 0; i--)
        fuzz_require(dns_builder_add_rr(builder, DNS_ANSWER, &rr).status == DNS_OK);
}

/* Adds the SOA record of the root, which says for how long nothing is there. */
static void add_soa(struct simulation *sim, struct dns_builder *builder)
{
    uint8_t rdata[22] = { 0 };
    struct dns_name root = dns_name_root();
    struct dns_rr rr = {
        .owner = dns_name_reader(&root),
        .type = DNS_TYPE_SOA,
        .class = DNS_CLASS_IN,
        .ttl_s = (uint32_t)between(sim, 0, 20),
        .rdata = byte_reader_init(bytes_of(rdata, sizeof(rdata))),
    };

    rdata[21] = (uint8_t)between(sim, 0, 20);
    fuzz_require(dns_builder_add_rr(builder, DNS_AUTHORITY, &rr).status == DNS_OK);
}

/* The reply of this kind to a query. */
static void build_reply(struct simulation *sim, const struct dns_message *query,
                        enum kind_of_reply kind, const uint8_t address[4], struct packet *packet)
{
    static const enum dns_rcode rcodes[] = {
        [REPLY_ADDRESS] = DNS_RCODE_NOERROR,
        [REPLY_NOTHING] = DNS_RCODE_NXDOMAIN,
        [REPLY_FAILURE] = DNS_RCODE_SERVFAIL,
        [REPLY_STRANGE] = DNS_RCODE_NOERROR,
    };
    struct dns_header header = {
        .id = query->header.id,
        .flags = (uint16_t)(query->header.flags | DNS_FLAG_QR | DNS_FLAG_RA |
                            (unsigned int)rcodes[kind]),
    };
    struct dns_question question;
    struct dns_builder builder;
    struct dns_edns edns;

    fuzz_require(dns_message_question(query, &question));
    dns_builder_init(&builder, packet->octets, sizeof(packet->octets), &header);
    fuzz_require(dns_builder_add_question(&builder, &question).status == DNS_OK);
    if (kind == REPLY_ADDRESS)
        add_addresses(sim, &question, address, &builder);
    else if (kind == REPLY_NOTHING)
        add_soa(sim, &builder);
    if (dns_message_edns(query, &edns) != (!sim->is_calm && chance_of(&sim->chance, 20))) {
        edns = (struct dns_edns){ .udp_size = 1400, .rcode_high = kind == REPLY_STRANGE };
        fuzz_require(dns_builder_add_edns(&builder, &edns).status == DNS_OK);
    }
    packet->size = dns_builder_finish(&builder).size;
}

/* What a server says that knows no EDNS: the header alone, or the question too. */
static bool refuses_edns(struct simulation *sim, const struct dns_message *query,
                         struct packet *packet)
{
    unsigned int upstream = packet->path.peer.octets[3];
    struct byte_writer out = byte_writer_init(packet->octets, sizeof(packet->octets));
    bool has_question = chance_of(&sim->chance, 500);
    struct dns_header header = {
        .id = query->header.id,
        .flags = dns_flags_of(DNS_FLAG_QR, DNS_OPCODE_QUERY,
                              has_question ? DNS_RCODE_NOTIMP : DNS_RCODE_FORMERR),
        .counts = { has_question },
    };
    size_t end = query->opt_at;

    if ((sim->plain_upstreams >> upstream & 1U) == 0 || query->opt_at == 0)
        return false;
    fuzz_require(dns_header_write(&out, &header));
    if (has_question)
        fuzz_require(
            write_bytes(&out, bytes_of(query->wire.at + DNS_HEADER_SIZE, end - DNS_HEADER_SIZE)));
    packet->size = out.position;
    network_send(&sim->network, packet);
    return true;
}

/* Where the second octet of the first record's type stands: after a compressed owner. */
static size_t first_type(const struct packet *packet)
{
    struct dns_message reply;

    fuzz_require(dns_message_read(bytes_of(packet->octets, packet->size), &reply).status == DNS_OK);
    return reply.section_at[DNS_ANSWER] + 3;
}

/* Makes a forged reply wrong in one way. */
static void forge(struct simulation *sim, enum forgery forgery, struct packet *packet)
{
    size_t upstream = packet->path.socket / LANES;
    uint16_t lane = packet->path.socket % LANES;

    switch (forgery) {
    case FORGE_ID:
        packet->octets[chance_below(&sim->chance, 2)] ^= (uint8_t)between(sim, 1, 255);
        break;
    case FORGE_LANE:
        packet->path.socket = (uint16_t)(upstream * LANES + (lane + 1U) % LANES);
        break;
    case FORGE_ADDRESS:
        packet->path.peer.octets[3] ^= 0x80;
        break;
    case FORGE_PORT:
        packet->path.peer.port += 1;
        break;
    case FORGE_UPSTREAM: /* the address of one on the socket of another */
        packet->path.socket = (uint16_t)((upstream + 1) % UPSTREAMS * LANES + lane);
        break;
    case FORGE_CASE:
        packet->octets[DNS_HEADER_SIZE + 1] ^= 0x20;
        break;
    case FORGE_NAME:
        packet->octets[DNS_HEADER_SIZE + 1] += 1;
        break;
    case FORGE_QUERY:
        packet->octets[2] &= 0x7F;
        break;
    case FORGE_RDATA: /* four octets of address under the type that has sixteen */
        packet->octets[first_type(packet)] = DNS_TYPE_AAAA;
        break;
    case FORGE_CUT:
        packet->size -= 1;
        break;
    case FORGE_SHORT:
        packet->size = chance_below(&sim->chance, DNS_HEADER_SIZE);
        break;
    case FORGE_MORE:
    case FORGERIES:
        packet->octets[packet->size] = 0;
        packet->size += 1;
        break;
    }
}

/* Makes it another upstream that answers: to be believed only if it was asked as well. */
static void send_from_another(const struct simulation *sim, struct forwarder_path *path)
{
    size_t other = (path->socket / LANES + 1U) % UPSTREAMS;

    path->socket = (uint16_t)(other * LANES + path->socket % LANES);
    path->peer = sim->forwarder.config.upstreams[other];
}

/* Cuts a reply: behind the question, or anywhere. */
static void cut(struct simulation *sim, struct packet *packet)
{
    struct dns_message reply;

    fuzz_require(dns_message_read(bytes_of(packet->octets, packet->size), &reply).status == DNS_OK);
    packet->octets[2] |= DNS_FLAG_TC >> 8;
    packet->size = between(sim, reply.section_at[DNS_ANSWER], packet->size);
    if (packet->size == reply.section_at[DNS_ANSWER])
        memset(packet->octets + 6, 0, 6);
}

/* Lets the way fail on which a query came. */
static void break_way(struct simulation *sim, const struct forwarder_path *path)
{
    struct packet packet = { .kind = KIND_FAILURE, .path = *path, .size = 1 };

    packet.octets[0] = path->stream != 0 && chance_of(&sim->chance, 500);
    network_schedule(&sim->network, &packet, sim->network.now_ns + between(sim, 0, 2 * NS_PER_MS));
}

void upstream_replies(struct simulation *sim, const struct packet *query_packet)
{
    struct packet packet = { .kind = KIND_TO_FORWARDER, .path = query_packet->path };
    struct dns_message query;
    struct dns_question question;
    uint8_t address[4];

    fuzz_require(
        dns_message_read(bytes_of(query_packet->octets, query_packet->size), &query).status ==
        DNS_OK);
    fuzz_require(dns_message_question(&query, &question));
    for (int i = 0; i < FORGERIES_MAX && query_packet->path.stream == 0 &&
                    chance_of(&sim->chance, sim->forger_per_mille);
         i++) {
        packet.path = query_packet->path;
        build_reply(sim, &query, REPLY_ADDRESS, forged_address, &packet);
        forge(sim, (enum forgery)chance_below(&sim->chance, FORGERIES), &packet);
        network_send(&sim->network, &packet);
    }
    if (chance_of(&sim->chance, sim->broken_per_mille))
        break_way(sim, &query_packet->path);
    if (chance_of(&sim->chance, sim->silent_per_mille))
        return;
    upstream_address(&question, address);
    packet.path = query_packet->path;
    if (refuses_edns(sim, &query, &packet))
        return;
    if (query_packet->path.stream == 0 && chance_of(&sim->chance, sim->meddler_per_mille))
        send_from_another(sim, &packet.path);
    build_reply(sim, &query, kind_for(sim, address), address, &packet);
    if (query_packet->path.stream == 0 && chance_of(&sim->chance, sim->cut_per_mille))
        cut(sim, &packet);
    network_send(&sim->network, &packet);
}
