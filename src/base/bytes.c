/* Cutting views: a part is given only when it lies wholly inside what it is cut from. */
#include "base/bytes.h"

bool bytes_from(struct bytes all, size_t start, struct bytes *ret_rest)
{
    if (start > all.size)
        return false;
    return bytes_part(all, start, all.size - start, ret_rest);
}

bool bytes_part(struct bytes all, size_t start, size_t size, struct bytes *ret_part)
{
    if (start > all.size || size > all.size - start)
        return false;
    *ret_part = bytes_of(start == 0 ? all.at : all.at + start, size);
    return true;
}
