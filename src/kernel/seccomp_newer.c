/* A part for each architecture: is it that, is the number higher, then ENOSYS; else on to the end.
 */
#include "kernel/seccomp_newer.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>

/* One that no call has. */
#define NO_LAST UINT32_MAX
/* By this bit the kernel tells calls of x32 from others of x86_64, as which they come. */
#define X32_BIT 0x40000000
#define PART_SIZE 9
#define PARTS_MAX ((KERNEL_SECCOMP_NEWER_MAX - 1) / PART_SIZE)

/* The highest numbers that are named of what the kernel knows as one architecture. */
struct part {
    uint32_t architecture;
    uint32_t last;
    uint32_t last_of_x32;
};

struct parts {
    struct part at[PARTS_MAX];
    size_t count;
};

/* NO_LAST where the rules name no call that the architecture has. */
static uint32_t find_last(const struct kernel_seccomp *rules, uint32_t architecture)
{
    int last = -1;

    for (size_t i = 0; i < rules->rules_count; i++) {
        for (size_t j = 0; j < rules->rules[i].names_count; j++) {
            int call = seccomp_syscall_resolve_name_arch(architecture, rules->rules[i].names[j]);

            last = call > last ? call : last;
        }
    }
    return last < 0 ? NO_LAST : (uint32_t)last;
}

/* Of an architecture that is there already it changes nothing. */
static void add_part(const struct kernel_seccomp *rules, uint32_t architecture, struct parts *parts)
{
    bool is_x32 = architecture == SCMP_ARCH_X32;
    uint32_t known_as = is_x32 ? SCMP_ARCH_X86_64 : architecture;
    size_t i = 0;

    while (i < parts->count && parts->at[i].architecture != known_as)
        i++;
    if (i == PARTS_MAX)
        return;
    if (i == parts->count)
        parts->at[parts->count++] = (struct part){ known_as, NO_LAST, NO_LAST };
    if (is_x32 && parts->at[i].last_of_x32 == NO_LAST)
        parts->at[i].last_of_x32 = find_last(rules, architecture);
    else if (!is_x32 && parts->at[i].last == NO_LAST)
        parts->at[i].last = find_last(rules, architecture);
}

/* `after`: how many instructions there are between it and the first of the filter. */
static void write_part(const struct part *part, unsigned int after, struct sock_filter *at)
{
    const struct sock_filter instructions[PART_SIZE] = {
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, part->architecture, 0, PART_SIZE - 1),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, part->architecture == SCMP_ARCH_X86_64 ? X32_BIT : 0,
                 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, part->last, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SCMP_ACT_ERRNO(ENOSYS)),
        BPF_STMT(BPF_JMP | BPF_JA, after + 3),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, part->last_of_x32, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SCMP_ACT_ERRNO(ENOSYS)),
        BPF_STMT(BPF_JMP | BPF_JA, after),
    };

    for (size_t i = 0; i < PART_SIZE; i++)
        at[i] = instructions[i];
}

size_t kernel_seccomp_newer(const struct kernel_seccomp *rules,
                            struct sock_filter ret_instructions[KERNEL_SECCOMP_NEWER_MAX])
{
    static const struct sock_filter load =
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    struct parts parts = { .count = 0 };

    if (rules->default_action != SCMP_ACT_ERRNO(EPERM))
        return 0;
    add_part(rules, seccomp_arch_native(), &parts);
    for (size_t i = 0; i < rules->architectures_count; i++)
        add_part(rules, rules->architectures[i], &parts);
    ret_instructions[0] = load;
    for (size_t i = 0; i < parts.count; i++)
        write_part(&parts.at[i], (unsigned int)((parts.count - i - 1) * PART_SIZE),
                   &ret_instructions[1 + i * PART_SIZE]);
    return 1 + parts.count * PART_SIZE;
}
