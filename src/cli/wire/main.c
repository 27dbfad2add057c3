/* cupel-wire: DNS messages on the desk. The tables of its commands and options. */
#include "cli/wire/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the input is: the same words for each command that reads messages. */
#define INPUT_ROWS(options)                                                                        \
    { .name = "hex",                                                                               \
      .letter = 'x',                                                                               \
      .kind = CLI_FLAG,                                                                            \
      .offset = offsetof(struct options, input.hex),                                               \
      .help = "the input is hexadecimal, with white space wherever it likes between octets" },     \
        { .name = "tcp",                                                                           \
          .letter = 't',                                                                           \
          .kind = CLI_FLAG,                                                                        \
          .offset = offsetof(struct options, input.tcp),                                           \
          .help =                                                                                  \
              "the input is messages as TCP carries them, each with its length in two octets in "  \
              "front" },                                                                           \
        { .name = "pcap",                                                                          \
          .letter = 'p',                                                                           \
          .kind = CLI_FLAG,                                                                        \
          .offset = offsetof(struct options, input.pcap),                                          \
          .help = "the input is captured packets (pcap or pcapng): messages of UDP and TCP, "      \
                  "fragments put together; what there was is said on stderr at the end" },         \
        { .name = "port",                                                                          \
          .kind = CLI_NUMBER,                                                                      \
          .offset = offsetof(struct options, input.port),                                          \
          .value = "PORT",                                                                         \
          .number_min = 1,                                                                         \
          .number_max = 65535,                                                                     \
          .help = "with --pcap: look at this port, and not at 53, 5353 and 8053" }

static const struct cli_option check_rows[] = {
    { .name = "framing",
      .kind = CLI_FLAG,
      .offset = offsetof(struct check_options, framing_only),
      .help = "look at the framing alone (header, counts, owner names, lengths, the places of OPT "
              "and TSIG), not at what is in RDATA" },
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct check_options, json),
      .help = "print a JSON object a line: file, number, verdict, and for what is refused which, "
              "status, reason and offset" },
    INPUT_ROWS(check_options),
};

static const struct cli_option decode_rows[] = {
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct decode_options, json),
      .help = "print JSON with the names of RFC 8427; of several messages each is an object on a "
              "line of its own" },
    { .name = "permissive",
      .kind = CLI_FLAG,
      .offset = offsetof(struct decode_options, permissive),
      .help = "print what can be read of a message that is refused, the reason, and the octets "
              "that are left over" },
    { .name = "octets",
      .kind = CLI_FLAG,
      .offset = offsetof(struct decode_options, octets),
      .help = "with --json: also the octets of the message and of its sections in hexadecimal, "
              "and how owner names stand there" },
    { .name = "color",
      .kind = CLI_TEXT,
      .offset = offsetof(struct decode_options, colour),
      .value = "WHEN",
      .choices = "auto always never",
      .help = "colours in text; auto, which is what happens without it, has them on a terminal "
              "unless NO_COLOR is set" },
    INPUT_ROWS(decode_options),
};

static const struct decode_options decode_defaults = { .colour = "auto" };

static const struct cli_option encode_rows[] = {
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct encode_options, json),
      .help = "the input is JSON with the names of RFC 8427, one object after another" },
    { .name = "hex",
      .letter = 'x',
      .kind = CLI_FLAG,
      .offset = offsetof(struct encode_options, output.hex),
      .help = "write hexadecimal, a message on a line" },
    { .name = "tcp",
      .letter = 't',
      .kind = CLI_FLAG,
      .offset = offsetof(struct encode_options, output.tcp),
      .help = "write messages as TCP carries them, each with its length in two octets in front" },
    { .name = "pcap",
      .letter = 'p',
      .kind = CLI_FLAG,
      .offset = offsetof(struct encode_options, output.pcap),
      .help = "write a pcap file of UDP datagrams between 127.0.0.1#50053 and 127.0.0.1#53, one a "
              "second" },
    { .name = "output",
      .letter = 'o',
      .kind = CLI_TEXT,
      .offset = offsetof(struct encode_options, output.path),
      .value = "FILE",
      .help = "write to this file, as a whole or not at all, and not to standard output" },
};

static const struct cli_option zone_rows[] = {
    { .name = "origin",
      .letter = 'o',
      .kind = CLI_TEXT,
      .offset = offsetof(struct zone_options, origin),
      .value = "NAME",
      .help = "the name behind those without a dot at their end, until $ORIGIN says another; "
              "else it is the root" },
};

static const struct cli_command commands[] = {
    { .name = "check",
      .operands = "FILE…",
      .summary = "say of each message whether it is one",
      .description =
          "Each file is one raw message, as it stands in a UDP datagram; '-' is standard input. "
          "Prints a line for each: "
          "'accept FILE', or 'reject FILE REASON' with the verdict that refuses it (framing or "
          "rdata), the reason and the offset of the octet. With --tcp and --pcap a file holds "
          "several, and 'FILE#3' is the third.\n\n"
          "The exit status is 0 when all files could be read, whatever they hold.",
      .options = check_rows,
      .options_count = COUNT(check_rows),
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .run = wire_check_run,
      .options_bytes = sizeof(struct check_options) },
    { .name = "decode",
      .operands = "FILE|-",
      .summary = "print DNS messages as text or JSON",
      .description = "The file, or standard input for '-', is one raw message unless an option "
                     "says else. The text is that of dig. RDATA that is not what its type has is "
                     "shown in the form of RFC 3597.\n\n"
                     "The exit status is 1 where anything of a message is refused.",
      .options = decode_rows,
      .options_count = COUNT(decode_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = wire_decode_run,
      .defaults = &decode_defaults,
      .options_bytes = sizeof(struct decode_options) },
    { .name = "encode",
      .operands = "FILE…",
      .summary = "write DNS messages from what decode or dig prints",
      .description =
          "Reads what decode prints, and what dig prints: the ->>HEADER<<- line with which each "
          "message begins, the flags, OPT in its pseudosection with all options, questions, and "
          "records as they stand in a zone file. '-' is standard input. Counts and sizes are not "
          "read, since they follow from what is there; other lines that begin with a semicolon are "
          "comments. Names are compressed.\n\n"
          "With --json it reads what decode --json prints. What is left out of the header is 0; of "
          "a "
          "type or class its number or its name suffices, of RDATA RDATAHEX or rdata<TYPE>, of OPT "
          "the member EDNS. Two members that say the same thing must agree; counts and lengths are "
          "not read, and members that are not known are ignored. messageOctetsHEX, alone or beside "
          "members that agree with it, is the message to the octet.\n\n"
          "Without an option the output is one raw message, and does not go to a terminal. What is "
          "refused is named with its line and column; then nothing is written, and the exit status "
          "is 1.",
      .options = encode_rows,
      .options_count = COUNT(encode_rows),
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .run = wire_encode_run,
      .options_bytes = sizeof(struct encode_options) },
    { .name = "zone",
      .operands = "FILE|-",
      .summary = "print a zone file with one record a line, everything said",
      .description = "Reads master files of RFC 1035 section 5 with $ORIGIN and $TTL (RFC 2308), "
                     "and prints each record with its whole name, TTL, class and type. $INCLUDE is "
                     "refused: put the files together first.\n\n"
                     "What is wrong is named with its line and column; the records before it are "
                     "printed, and the exit status is 1.",
      .options = zone_rows,
      .options_count = COUNT(zone_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = wire_zone_run,
      .options_bytes = sizeof(struct zone_options) },
    { .name = "types",
      .operands = "",
      .summary = "list the record types whose RDATA is known",
      .description = "One line for each: mnemonic, number, where it is specified, and the fields "
                     "of its RDATA. Other types are handled as RFC 3597 has it.",
      .operands_max = 0,
      .run = wire_types_run },
};

static const struct cli_example examples[] = {
    { "cupel-wire decode answer.bin", "show a message as dig would" },
    { "xxd -p answer.bin | cupel-wire decode --hex --json -", "from hexadecimal to JSON" },
    { "cupel-wire check corpus/dns/message/*", "which of these are messages?" },
    { "cupel-wire decode --permissive broken.bin", "what is wrong, and what stands before it?" },
    { "cupel-wire decode --pcap --json dns.pcapng | jq -r .QNAME | sort | uniq -c",
      "which names were asked for?" },
    { "dig example.org mx | cupel-wire encode -o answer.bin -", "keep what dig got" },
    { "cupel-wire decode answer.bin | sed 's/MX\\t10/MX\\t20/' | cupel-wire encode -x -",
      "change a message" },
    { "cupel-wire decode --json answer.bin | jq '.ID = 7' | cupel-wire encode --json -x -",
      "the same with JSON" },
    { "cupel-wire encode --pcap -o dns.pcap query.txt answer.txt", "messages for tcpdump to read" },
    { "cupel-wire zone --origin example.org example.org.zone", "a zone file that grep can read" },
};

static const struct cli_program program = {
    .name = WIRE_PROGRAM,
    .summary = "DNS messages on the desk: check, decode and encode",
    .description = "A message is what a UDP datagram carries, or TCP after the two octets of the "
                   "length.\n\n"
                   "The exit status is 0; 1 where a file cannot be read, decoded or "
                   "encoded; 2 where the "
                   "command line makes no sense.",
    .commands = commands,
    .commands_count = COUNT(commands),
    .examples = examples,
    .examples_count = COUNT(examples),
    .usage_status = 2,
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
