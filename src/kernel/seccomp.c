/* Names to numbers, rules to a filter by libseccomp, and the one system call that loads it. */
#include "kernel/seccomp.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/seccomp_newer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* For SCMP_FLTATR_CTL_OPTIMIZE: many rules cost the logarithm of their number. */
#define BY_BINARY_TREE 2

struct word {
    const char *name;
    uint32_t number;
};

/* Of config-linux.md#seccomp; ERRNO and TRACE without the number that goes with them. */
static const struct word actions[] = {
    { "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
    { "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
    { "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
    { "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
    { "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
    { "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
    { "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
    { "SCMP_ACT_LOG", SCMP_ACT_LOG },
    { "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
};

static const struct word ops[] = {
    { "SCMP_CMP_NE", SCMP_CMP_NE },
    { "SCMP_CMP_LT", SCMP_CMP_LT },
    { "SCMP_CMP_LE", SCMP_CMP_LE },
    { "SCMP_CMP_EQ", SCMP_CMP_EQ },
    { "SCMP_CMP_GE", SCMP_CMP_GE },
    { "SCMP_CMP_GT", SCMP_CMP_GT },
    { "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
};

static const struct word architectures[] = {
    { "SCMP_ARCH_X86", SCMP_ARCH_X86 },
    { "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
    { "SCMP_ARCH_X32", SCMP_ARCH_X32 },
    { "SCMP_ARCH_ARM", SCMP_ARCH_ARM },
    { "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
    { "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS },
    { "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64 },
    { "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32 },
    { "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL },
    { "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64 },
    { "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32 },
    { "SCMP_ARCH_PPC", SCMP_ARCH_PPC },
    { "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64 },
    { "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE },
    { "SCMP_ARCH_S390", SCMP_ARCH_S390 },
    { "SCMP_ARCH_S390X", SCMP_ARCH_S390X },
    { "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC },
    { "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64 },
    { "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64 },
};

static const struct word flags[] = {
    { "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
    { "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
    { "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
    { "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
};

static bool find(const struct word *words, size_t count, const char *name, uint32_t *ret_number)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].name, name) == 0) {
            *ret_number = words[i].number;
            return true;
        }
    }
    return false;
}

bool kernel_seccomp_action_find(const char *name, uint16_t number, uint32_t *ret_action)
{
    uint32_t action;

    if (!find(actions, COUNT(actions), name, &action))
        return false;
    if (action == SCMP_ACT_ERRNO(0))
        action = SCMP_ACT_ERRNO(number);
    else if (action == SCMP_ACT_TRACE(0))
        action = SCMP_ACT_TRACE(number);
    *ret_action = action;
    return true;
}

bool kernel_seccomp_action_notifies(uint32_t action)
{
    return action == SCMP_ACT_NOTIFY;
}

bool kernel_seccomp_op_find(const char *name, int *ret_op)
{
    uint32_t op;

    if (!find(ops, COUNT(ops), name, &op))
        return false;
    *ret_op = (int)op;
    return true;
}

bool kernel_seccomp_architecture_find(const char *name, uint32_t *ret_architecture)
{
    return find(architectures, COUNT(architectures), name, ret_architecture);
}

bool kernel_seccomp_flag_find(const char *name, unsigned int *ret_flag)
{
    return find(flags, COUNT(flags), name, ret_flag);
}

const char *kernel_seccomp_word(enum kernel_seccomp_words kind, size_t index)
{
    static const struct {
        const struct word *at;
        size_t count;
    } kinds[] = {
        [KERNEL_SECCOMP_ACTIONS] = { actions, COUNT(actions) },
        [KERNEL_SECCOMP_OPS] = { ops, COUNT(ops) },
        [KERNEL_SECCOMP_ARCHITECTURES] = { architectures, COUNT(architectures) },
        [KERNEL_SECCOMP_FLAGS] = { flags, COUNT(flags) },
    };

    return index < kinds[kind].count ? kinds[kind].at[index].name : NULL;
}

static const char *name_of(const struct word *words, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].number == number)
            return words[i].name;
    }
    return "?";
}

bool kernel_seccomp_action_format(uint32_t action, struct text *text)
{
    uint32_t kind = action & SECCOMP_RET_ACTION_FULL;
    bool has_number = kind == SCMP_ACT_ERRNO(0) || kind == SCMP_ACT_TRACE(0);

    if (!has_number)
        return text_append(text, name_of(actions, COUNT(actions), action));
    return text_append(text, name_of(actions, COUNT(actions), kind)) &&
           text_append_char(text, '(') && text_append_decimal(text, action & SECCOMP_RET_DATA, 0) &&
           text_append_char(text, ')');
}

static bool format_condition(const struct kernel_seccomp_condition *condition, struct text *text)
{
    const char *op = name_of(ops, COUNT(ops), (uint32_t)condition->op);
    bool is_masked = condition->op == SCMP_CMP_MASKED_EQ;

    return text_append_decimal(text, condition->index, 0) && text_append_char(text, ' ') &&
           text_append(text, op + strlen("SCMP_CMP_")) && text_append_char(text, ' ') &&
           text_append_decimal(text, condition->value, 0) &&
           (!is_masked ||
            (text_append_char(text, ' ') && text_append_decimal(text, condition->value_two, 0)));
}

bool kernel_seccomp_rule_format(const struct kernel_seccomp_rule *rule, struct text *text)
{
    bool ok = kernel_seccomp_action_format(rule->action, text);

    for (size_t i = 0; ok && i < rule->names_count; i++)
        ok = text_append_char(text, ' ') && text_append(text, rule->names[i]);
    for (size_t i = 0; ok && i < rule->conditions_count; i++)
        ok = text_append(text, i == 0 ? " if " : ", ") &&
             format_condition(&rule->conditions[i], text);
    return ok;
}

/* Whether two conditions are of one argument, which libseccomp has no form for. */
static bool is_argument_twice(const struct kernel_seccomp_rule *rule)
{
    bool seen[KERNEL_SECCOMP_ARGS] = { false };

    for (size_t i = 0; i < rule->conditions_count; i++) {
        unsigned int index = rule->conditions[i].index;

        if (seen[index])
            return true;
        seen[index] = true;
    }
    return false;
}

/* How many rules libseccomp is given for one of ours. */
static size_t calls_of(const struct kernel_seccomp_rule *rule)
{
    return rule->names_count * (is_argument_twice(rule) ? rule->conditions_count : 1);
}

/* A filter holds no more than so many instructions, and no rule takes less than one; to find out
 * costs libseccomp the square of their number. */
static int check_count(const struct kernel_seccomp *rules, struct err *err)
{
    size_t count = 0;

    for (size_t i = 0; i < rules->rules_count; i++) {
        count += calls_of(&rules->rules[i]);
        if (count > BPF_MAXINSNS)
            return err_set(err, -EINVAL, "the rules are for more than %d system calls",
                           BPF_MAXINSNS);
    }
    return 0;
}

static struct scmp_arg_cmp comparison_of(const struct kernel_seccomp_condition *condition)
{
    return (struct scmp_arg_cmp){ .arg = condition->index,
                                  .op = (enum scmp_compare)condition->op,
                                  .datum_a = condition->value,
                                  .datum_b = condition->value_two };
}

/* Adds a rule for one system call; 0 or -errno. */
static int add_call(scmp_filter_ctx context, const struct kernel_seccomp_rule *rule, int call)
{
    struct scmp_arg_cmp all[KERNEL_SECCOMP_ARGS];
    int number = 0;

    if (is_argument_twice(rule)) {
        for (size_t i = 0; i < rule->conditions_count && number == 0; i++) {
            all[0] = comparison_of(&rule->conditions[i]);
            number = seccomp_rule_add_array(context, rule->action, call, 1, all);
        }
        return number;
    }
    for (size_t i = 0; i < rule->conditions_count; i++)
        all[i] = comparison_of(&rule->conditions[i]);
    return seccomp_rule_add_array(context, rule->action, call, (unsigned int)rule->conditions_count,
                                  all);
}

static int add_rule(scmp_filter_ctx context, const struct kernel_seccomp_rule *rule,
                    struct err *err)
{
    for (size_t i = 0; i < rule->names_count; i++) {
        int call = seccomp_syscall_resolve_name(rule->names[i]);
        int number = call == __NR_SCMP_ERROR ? 0 : add_call(context, rule, call);

        if (number < 0)
            return err_set(err, -EINVAL, "the rule for '%s' cannot be added: %s", rule->names[i],
                           strerror(-number));
    }
    return 0;
}

static int add_all(scmp_filter_ctx context, const struct kernel_seccomp *rules, struct err *err)
{
    for (size_t i = 0; i < rules->architectures_count; i++) {
        int number = seccomp_arch_add(context, rules->architectures[i]);

        if (number < 0 && number != -EEXIST)
            return err_system(err, -number, "add an architecture to the filter");
    }
    for (size_t i = 0; i < rules->rules_count; i++) {
        /* What happens anyway needs no rule, and libseccomp refuses one. */
        if (rules->rules[i].action != rules->default_action &&
            add_rule(context, &rules->rules[i], err) < 0)
            return err->number;
    }
    return 0;
}

/* Takes the instructions out of the context, by way of a file in memory, and puts them behind those
 * for newer calls, where there is room for those. */
static int export(scmp_filter_ctx context, const struct kernel_seccomp *rules,
                  struct kernel_seccomp_program *program, struct err *err)
{
    CLEANUP(fd_close) int fd = memfd_create("seccomp", MFD_CLOEXEC);
    CLEANUP(free_pointer) struct sock_filter *instructions = NULL;
    struct sock_filter newer[KERNEL_SECCOMP_NEWER_MAX];
    size_t first = kernel_seccomp_newer(rules, newer);
    struct stat status;
    size_t count;
    int number;

    if (fd < 0)
        return err_system(err, errno, "make a file for the filter");
    number = seccomp_export_bpf(context, fd);
    if (number < 0)
        return err_set(err, -EINVAL, "the filter cannot be made: %s", strerror(-number));
    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "look at the filter");
    count = (size_t)status.st_size / sizeof(*instructions);
    if (count == 0 || count > BPF_MAXINSNS)
        return err_set(err, -EINVAL, "the filter has %zu instructions, the kernel takes %d", count,
                       BPF_MAXINSNS);
    first = first + count > BPF_MAXINSNS ? 0 : first;
    instructions = calloc(first + count, sizeof(*instructions));
    if (instructions == NULL)
        return err_system(err, ENOMEM, "keep the filter");
    memcpy(instructions, newer, first * sizeof(*instructions));
    if (pread(fd, instructions + first, count * sizeof(*instructions), 0) != status.st_size)
        return err_system(err, EIO, "read the filter");
    program->count = (unsigned short)(first + count);
    program->instructions = instructions;
    instructions = NULL;
    return 0;
}

static void release(scmp_filter_ctx *context)
{
    if (*context != NULL)
        seccomp_release(*context);
}

int kernel_seccomp_compile(const struct kernel_seccomp *rules,
                           struct kernel_seccomp_program *ret_program, struct err *err)
{
    CLEANUP(release) scmp_filter_ctx context = seccomp_init(rules->default_action);
    struct kernel_seccomp_program program = { .flags = rules->flags };

    if (check_count(rules, err) < 0)
        return err->number;
    if (context == NULL)
        return err_set(err, -EINVAL, "there can be no filter with this default action");
    /* A filter without it is right too, and slower. */
    (void)seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, BY_BINARY_TREE);
    if (add_all(context, rules, err) < 0 || export(context, rules, &program, err) < 0)
        return err->number;
    *ret_program = program;
    return 0;
}

/* The descriptor of a listener, or 0; -errno with a sentence. */
static int load(const struct kernel_seccomp_program *program, unsigned int how, struct err *err)
{
    const struct sock_fprog filter = { .len = program->count, .filter = program->instructions };
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, how, &filter);

    if (result < 0 && errno == EBUSY)
        return err_set(err, -EBUSY, "load the filter of system calls: somebody listens already");
    if (result < 0)
        return err_system(err, errno, "load the filter of system calls");
    return (int)result;
}

int kernel_seccomp_load(const struct kernel_seccomp_program *program, struct err *err)
{
    /* Without a listener there is nothing that could be waited for in that way, and the kernel
     * refuses the flag. */
    return load(program, program->flags & ~(unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
                err);
}

int kernel_seccomp_listener_foresee(int *ret_number, struct err *err)
{
    int fd = dup(STDERR_FILENO);

    /* Any descriptor will do. */
    if (fd < 0 && errno == EBADF)
        fd = open("/", O_PATH | O_CLOEXEC);
    if (fd < 0)
        return err_system(err, errno, "find a descriptor for the listener");
    *ret_number = fd;
    (void)close(fd);
    return 0;
}

int kernel_seccomp_load_with_listener(const struct kernel_seccomp_program *program, struct err *err)
{
    /* A process between clone and exec has one thread, with which there is nothing to synchronise;
     * and with a listener the kernel refuses the flag. */
    unsigned int how = program->flags & ~(unsigned int)SECCOMP_FILTER_FLAG_TSYNC;
    int fd = load(program, how | SECCOMP_FILTER_FLAG_NEW_LISTENER, err);

    return fd < 0 ? fd : 0;
}

void kernel_seccomp_done(struct kernel_seccomp_program *program)
{
    free(program->instructions);
    *program = (struct kernel_seccomp_program){ 0 };
}
