/*
 * Property: a request is either refused with a sentence, and the output is untouched; or it is one
 * of the commands, and only a flush has a name, which is a name whose text reads back the same.
 *
 * Covers: src/operate/request.c 90%
 */
#include "fuzz/target.h"
#include "operate/request.h"

static void check_name(const struct operate_request *request)
{
    char block[DNS_NAME_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));
    struct dns_name again = { 0 };

    fuzz_require(request->command == OPERATE_FLUSH);
    fuzz_require(dns_name_format(&request->name, &text));
    fuzz_require(dns_name_parse(text_bytes(&text), &again).status == DNS_OK);
    fuzz_require(dns_name_equal(&again, &request->name));
}

FUZZ_TARGET(input)
{
    struct operate_request request = { .command = OPERATE_COMMANDS };
    struct err err = { 0 };
    int number = operate_request_read(input, &request, &err);

    fuzz_require((number < 0) == (err.number < 0));
    if (number < 0) {
        fuzz_require(err.sentence[0] != '\0');
        fuzz_require(request.command == OPERATE_COMMANDS && request.name.size == 0);
        return;
    }
    fuzz_require(request.command < OPERATE_COMMANDS);
    fuzz_require(operate_command_word(request.command)[0] != '\0');
    if (request.name.size > 0)
        check_name(&request);
    else
        fuzz_require(!request.is_tree);
}
