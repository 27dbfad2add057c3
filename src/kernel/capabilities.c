/* Names come from libcap; the sets are written with the system calls themselves, since libcap keeps
 * sets on the heap and these functions run between clone and exec. */
#include "kernel/capabilities.h"

#include <ctype.h>
#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#define CAPABILITY_BITS 64

int kernel_capability_find(const char *name)
{
    cap_value_t value;

    /* cap_from_name() takes small letters and bare numbers as well. */
    if (strncmp(name, "CAP_", 4) != 0 || strpbrk(name, "abcdefghijklmnopqrstuvwxyz") != NULL)
        return -1;
    return cap_from_name(name, &value) < 0 ? -1 : (int)value;
}

bool kernel_capability_name(unsigned int capability, struct text *ret_name)
{
    char *name = cap_to_name((cap_value_t)capability);
    bool is_known = name != NULL && strncmp(name, "cap_", 4) == 0;
    size_t before = ret_name->size;

    if (is_known && text_append(ret_name, name)) {
        for (size_t i = before; i < ret_name->size; i++)
            ret_name->at[i] = (char)toupper((unsigned char)ret_name->at[i]);
    }
    (void)cap_free(name);
    return is_known;
}

unsigned int kernel_capability_last(void)
{
    return (unsigned int)cap_max_bits() - 1;
}

int kernel_capabilities_bound(uint64_t keep, struct err *err)
{
    for (unsigned int i = 0; i < CAPABILITY_BITS; i++) {
        if ((keep >> i & 1) != 0)
            continue;
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0)
            continue;
        /* EINVAL: the kernel does not know it, nor any after it. */
        if (errno == EINVAL)
            break;
        return err_system(err, errno, "remove capability %u from the bounding set", i);
    }
    return 0;
}

int kernel_capabilities_keep(struct err *err)
{
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return err_system(err, errno, "keep capabilities");
    return 0;
}

static int raise_ambient(uint64_t ambient, struct err *err)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return err_system(err, errno, "clear the ambient capabilities");
    for (unsigned int i = 0; i < CAPABILITY_BITS; i++) {
        if ((ambient >> i & 1) == 0)
            continue;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
            return err_system(err, errno, "raise ambient capability %u", i);
    }
    return 0;
}

int kernel_capabilities_set(const struct kernel_capabilities *sets, struct err *err)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
    struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];

    for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        halves[i].effective = (uint32_t)(sets->effective >> (32 * i));
        halves[i].permitted = (uint32_t)(sets->permitted >> (32 * i));
        halves[i].inheritable = (uint32_t)(sets->inheritable >> (32 * i));
    }
    if (capset(&header, halves) < 0)
        return err_system(err, errno, "set the capabilities");
    return raise_ambient(sets->ambient, err);
}

uint64_t kernel_capabilities_permitted(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
    struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3] = { 0 };
    uint64_t ret = 0;

    if (capget(&header, halves) < 0)
        return UINT64_MAX; /* not known: what is asked for is tried */
    for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        ret |= (uint64_t)halves[i].permitted << (32 * i);
    return ret;
}
