/* Questions. */
#include "dns/question.h"

struct dns_verdict dns_question_read(struct byte_reader *in, struct dns_question *ret_question)
{
    struct byte_reader at = *in;
    struct dns_question question = { 0 };
    struct dns_verdict verdict = dns_accept();
    size_t fixed;

    if (byte_reader_is_done(&at))
        return dns_refuse(DNS_QUESTION_TRUNCATED, at.position);
    verdict = dns_name_read(&at, &question.name);
    if (verdict.status != DNS_OK)
        return verdict;
    fixed = at.position;
    if (!(read_u16_be(&at, &question.type) && read_u16_be(&at, &question.class)))
        return dns_refuse(DNS_QUESTION_TRUNCATED, fixed);
    *in = at;
    *ret_question = question;
    return dns_accept();
}

bool dns_question_equal(const struct dns_question *a, const struct dns_question *b)
{
    return a->type == b->type && a->class == b->class && dns_name_equal(&a->name, &b->name);
}
