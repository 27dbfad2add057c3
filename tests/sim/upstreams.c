/* Upstreams that answer, lie, are silent or old, and forgers that know all but one thing. */
#include "tests/sim/simulation.h"

#include "dns/option.h"
#include "dns/response.h"

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
    FORGE_COOKIE,
    FORGE_FRAGMENT,
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
enum kind_of_reply { REPLY_ADDRESS, REPLY_NOTHING, REPLY_FAILURE, REPLY_STRANGE, REPLY_BADCOOKIE };

static enum kind_of_reply kind_for(struct simulation *sim, const uint8_t address[4])
{
    if (chance_of(&sim->chance, sim->failing_per_mille))
        return REPLY_FAILURE;
    if (!sim->is_calm && chance_of(&sim->chance, 20))
        return REPLY_STRANGE;
    return address[0] % 4 == 0 ? REPLY_NOTHING : REPLY_ADDRESS;
}

/* Adds an alias that leads to a name which may be blocked, and gives that. */
static struct dns_name add_alias(struct simulation *sim, const struct dns_question *question,
                                 struct dns_builder *builder)
{
    static const char *const names[] = { "x1.example.test", "a.bad.example.test",
                                         "ok.bad.example.test", "web.example.test" };
    const char *text = names[chance_below(&sim->chance, sizeof(names) / sizeof(names[0]))];
    struct dns_name alias;
    struct dns_rr rr = {
        .owner = dns_name_reader(&question->name),
        .type = DNS_TYPE_CNAME,
        .class = DNS_CLASS_IN,
        .ttl_s = (uint32_t)between(sim, 1, 20),
    };

    fuzz_require(dns_name_parse(bytes_of_text(text), &alias).status == DNS_OK);
    rr.rdata = dns_name_reader(&alias);
    fuzz_require(dns_builder_add_rr(builder, DNS_ANSWER, &rr).status == DNS_OK);
    return alias;
}

/* Adds as many copies of an address as chance wants. */
static void add_addresses(struct simulation *sim, const struct dns_question *question,
                          const uint8_t address[4], struct dns_builder *builder)
{
    struct dns_name alias;
    struct dns_rr rr = {
        .owner = dns_name_reader(&question->name),
        .type = DNS_TYPE_A,
        .class = DNS_CLASS_IN,
        .ttl_s = (uint32_t)between(sim, 0, 20),
        .rdata = byte_reader_init(bytes_of(address, 4)),
    };

    if (address != forged_address && chance_of(&sim->chance, 100)) {
        alias = add_alias(sim, question, builder);
        rr.owner = dns_name_reader(&alias);
    }
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

/* EDNS of an upstream's reply. */
struct reply_edns {
    struct dns_edns edns;
    unsigned int upstream;
    bool is_forged; /* by one who has not seen the query */
};

/* Adds EDNS to an upstream's reply, and cookies where it knows them. */
static void add_edns(struct simulation *sim, const struct dns_message *query,
                     struct reply_edns *reply, struct dns_builder *builder)
{
    uint8_t block[64];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct dns_edns_option option = { .code = DNS_OPTION_COOKIE };
    struct forwarder_cookie cookie;

    forwarder_cookie_find(query, &cookie);
    if (cookie.size > 0 && (sim->cookie_upstreams >> reply->upstream & 1U) != 0) {
        cookie.size = 16;
        cookie.octets[0] ^= reply->is_forged;
        memset(cookie.octets + 8, sim->secrets[reply->upstream], 8);
        option.octets = bytes_of(cookie.octets, cookie.size);
        fuzz_require(dns_option_write(&option, &out));
        reply->edns.options = byte_writer_written(&out);
    }
    fuzz_require(dns_builder_add_edns(builder, &reply->edns).status == DNS_OK);
}

/* The reply of this kind to a query. */
static void build_reply(struct simulation *sim, const struct dns_message *query,
                        enum kind_of_reply kind, const uint8_t address[4], struct packet *packet)
{
    static const enum dns_rcode rcodes[] = {
        [REPLY_ADDRESS] = DNS_RCODE_NOERROR,          [REPLY_NOTHING] = DNS_RCODE_NXDOMAIN,
        [REPLY_FAILURE] = DNS_RCODE_SERVFAIL,         [REPLY_STRANGE] = DNS_RCODE_NOERROR,
        [REPLY_BADCOOKIE] = DNS_RCODE_BADCOOKIE % 16,
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
        struct reply_edns reply = {
            .edns = { .udp_size = 1400,
                      .rcode_high = kind == REPLY_STRANGE || kind == REPLY_BADCOOKIE },
            .upstream = packet->path.socket / LANES,
            .is_forged = address == forged_address,
        };

        add_edns(sim, query, &reply, &builder);
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

/* What a server says that takes EDNS but no cookies. */
static bool refuses_cookies(struct simulation *sim, const struct dns_message *query,
                            struct packet *packet)
{
    unsigned int upstream = packet->path.socket / LANES;
    struct forwarder_cookie cookie;
    struct dns_edns edns = { .udp_size = 512 };
    struct dns_response response = { .rcode = DNS_RCODE_FORMERR, .edns = &edns };
    struct byte_writer out = byte_writer_init(packet->octets, sizeof(packet->octets));

    forwarder_cookie_find(query, &cookie);
    if (cookie.size == 0 || (sim->averse_upstreams >> upstream & 1U) == 0)
        return false;
    fuzz_require(dns_response_write(query->wire, &response, &out));
    packet->size = out.position;
    network_send(&sim->network, packet);
    return true;
}

/* Whether an upstream wants a cookie that the query has not. */
static bool wants_cookie(struct simulation *sim, const struct packet *query_packet,
                         const struct dns_message *query)
{
    unsigned int upstream = query_packet->path.socket / LANES;
    struct forwarder_cookie cookie;

    if (chance_of(&sim->chance, sim->rotate_per_mille))
        sim->secrets[upstream] += 1;
    forwarder_cookie_find(query, &cookie);
    return cookie.size > 0 && query_packet->path.stream == 0 &&
           (sim->cookie_upstreams & sim->strict_upstreams) >> upstream & 1U &&
           (cookie.size != 16 || cookie.octets[8] != sim->secrets[upstream]);
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
    case FORGE_COOKIE: /* what it has is no cookie of the forwarder's already */
        break;
    case FORGE_FRAGMENT: /* the honest beginning has all that must be guessed */
        packet->is_reassembled = true;
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

/* Sends a forged reply: one with nothing wrong but its cookie only where it has one. */
static void send_forgery(struct simulation *sim, enum forgery forgery, struct packet *packet)
{
    if (forgery == FORGE_COOKIE &&
        witness_cookie_of(bytes_of(packet->octets, packet->size)).size == 0)
        forgery = FORGE_ID;
    forge(sim, forgery, packet);
    network_send(&sim->network, packet);
}

/* Where an upstream is known to have cookies, a forger may send a reply that is perfect without. */
static void forge_without_cookie(struct simulation *sim, const struct dns_message *query,
                                 struct packet *packet)
{
    unsigned int known = sim->cookie_upstreams;

    if (packet->path.stream != 0 || !chance_of(&sim->chance, sim->forger_per_mille / 8))
        return;
    sim->cookie_upstreams = 0;
    build_reply(sim, query, REPLY_ADDRESS, forged_address, packet);
    sim->cookie_upstreams = known;
    packet->kind = KIND_WITHOUT_COOKIE;
    network_schedule(&sim->network, packet, sim->network.now_ns);
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
        send_forgery(sim, (enum forgery)chance_below(&sim->chance, FORGERIES), &packet);
        packet.is_reassembled = false;
    }
    if (chance_of(&sim->chance, sim->broken_per_mille))
        break_way(sim, &query_packet->path);
    forge_without_cookie(sim, &query, &packet);
    packet.kind = KIND_TO_FORWARDER;
    if (chance_of(&sim->chance, sim->silent_per_mille))
        return;
    upstream_address(&question, address);
    packet.path = query_packet->path;
    if (refuses_edns(sim, &query, &packet) || refuses_cookies(sim, &query, &packet))
        return;
    if (query_packet->path.stream == 0 && chance_of(&sim->chance, sim->meddler_per_mille))
        send_from_another(sim, &packet.path);
    build_reply(sim, &query,
                wants_cookie(sim, query_packet, &query) ? REPLY_BADCOOKIE : kind_for(sim, address),
                address, &packet);
    if (query_packet->path.stream == 0 && chance_of(&sim->chance, sim->cut_per_mille))
        cut(sim, &packet);
    packet.is_reassembled =
        query_packet->path.stream == 0 && chance_of(&sim->chance, sim->cut_per_mille / 4);
    network_send(&sim->network, &packet);
}
