/* cupel-wire: DNS messages on the desk. The tables of its commands and options. */
#include "cli/wire/wire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct cli_option check_rows[] = {
    { .name = "framing",
      .kind = CLI_FLAG,
      .offset = offsetof(struct check_options, framing_only),
      .help = "look at the framing alone (header, counts, owner names, lengths, the places of OPT "
              "and TSIG), not at what is in RDATA" },
};

static const struct cli_option decode_rows[] = {
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct decode_options, json),
      .help = "print JSON with the names of RFC 8427" },
    { .name = "hex",
      .letter = 'x',
      .kind = CLI_FLAG,
      .offset = offsetof(struct decode_options, hex),
      .help = "the input is hexadecimal, with white space wherever it likes between octets" },
};

static const struct cli_command commands[] = {
    { .name = "check",
      .operands = "FILE…",
      .summary = "say of each file whether it is a DNS message",
      .description =
          "Each file is one raw message, as it stands in a UDP datagram. Prints a line for each: "
          "'accept FILE', or 'reject FILE REASON' with the verdict that refuses it (framing or "
          "rdata), the reason and the offset of the octet.\n\n"
          "The exit status is 0 when all files could be read, whatever they hold.",
      .options = check_rows,
      .options_count = COUNT(check_rows),
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .run = wire_check_run,
      .options_bytes = sizeof(struct check_options) },
    { .name = "decode",
      .operands = "FILE|-",
      .summary = "print a DNS message as text or JSON",
      .description = "The file, or standard input for '-', is one raw message. RDATA that is not "
                     "what its type has is shown in the form of RFC 3597, and then the exit status "
                     "is 1.",
      .options = decode_rows,
      .options_count = COUNT(decode_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = wire_decode_run,
      .options_bytes = sizeof(struct decode_options) },
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
};

static const struct cli_program program = {
    .name = WIRE_PROGRAM,
    .summary = "DNS messages on the desk: check and decode",
    .description = "A message is what a UDP datagram carries, or TCP after the two octets of the "
                   "length.\n\n"
                   "The exit status is 0; 1 where a file cannot be read, or decoded; 2 where the "
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
