/* Whole numbers of JSON. Numbers above INT64_MAX arrive as doubles (decode() of config.c). */
#include "oci/fields.h"

bool oci_whole_read(const json_t *value, struct oci_whole *ret_whole)
{
    const double limit = 18446744073709551616.0; /* 2^64, what UINT64_MAX becomes as a double */
    json_int_t number = json_integer_value(value);
    double real = json_real_value(value);

    if (json_is_integer(value)) {
        *ret_whole =
            (struct oci_whole){ number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number };
        return true;
    }
    if (!json_is_real(value) || real > limit || real < -limit)
        return false;
    ret_whole->is_negative = real < 0;
    if (real < 0)
        real = -real;
    if (real >= limit) {
        ret_whole->magnitude = UINT64_MAX;
        return true;
    }
    ret_whole->magnitude = (uint64_t)real;
    return (double)ret_whole->magnitude == real;
}
