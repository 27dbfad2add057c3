/*
 * The rules as a BPF program. It begins by loading what is asked for (bpf_cgroup_dev_ctx):
 *     r2 = access_type & 0xffff: 1 block, 2 character;  r3 = access_type >> 16;
 *     r4 = major;  r5 = minor
 * and then tries the rules from the last to the first; the first of these that fits returns 0 or 1.
 * An allowing rule fits when it has all of what is asked for, a denying one when it has any of it.
 */
#include "kernel/device_filter.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PROLOGUE 6
#define RULE_MAX 8 /* type, access (3), major, minor, and the two of the answer */
#define EPILOGUE 2

struct program {
    struct bpf_insn at[PROLOGUE + RULE_MAX * KERNEL_DEVICE_RULES_MAX + EPILOGUE];
    size_t count;
};

enum { TYPE = BPF_REG_2, ACCESS = BPF_REG_3, MAJOR = BPF_REG_4, MINOR = BPF_REG_5 };

static void add(struct program *program, struct bpf_insn instruction)
{
    program->at[program->count++] = instruction;
}

/* to = the 32 bits at `offset` of the context in r1 */
static void add_load(struct program *program, uint8_t to, size_t offset)
{
    add(program, (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W,
                                    .dst_reg = to & 15U,
                                    .src_reg = BPF_REG_1,
                                    .off = (int16_t)offset });
}

/* to = to <operation> value, in 32 bits */
static void add_with(struct program *program, uint8_t operation, uint8_t to, int32_t value)
{
    add(program, (struct bpf_insn){
                     .code = BPF_ALU | BPF_K | operation, .dst_reg = to & 15U, .imm = value });
}

/* Goes `skip` instructions further when reg <comparison> value. */
static void add_jump(struct program *program, uint8_t comparison, uint8_t reg, int32_t value)
{
    add(program, (struct bpf_insn){
                     .code = BPF_JMP32 | BPF_K | comparison, .dst_reg = reg & 15U, .imm = value });
}

static void add_answer(struct program *program, bool allow)
{
    add_with(program, BPF_MOV, BPF_REG_0, allow ? 1 : 0);
    add(program, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

static void add_prologue(struct program *program)
{
    add_load(program, TYPE, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    add_with(program, BPF_AND, TYPE, 0xFFFF);
    add_load(program, ACCESS, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    add_with(program, BPF_RSH, ACCESS, 16);
    add_load(program, MAJOR, offsetof(struct bpf_cgroup_dev_ctx, major));
    add_load(program, MINOR, offsetof(struct bpf_cgroup_dev_ctx, minor));
}

/* r1 = what is asked for, as far as `mask` has it */
static void add_asked(struct program *program, unsigned int mask)
{
    add(program, (struct bpf_insn){
                     .code = BPF_ALU | BPF_X | BPF_MOV, .dst_reg = BPF_REG_1, .src_reg = ACCESS });
    add_with(program, BPF_AND, BPF_REG_1, (int32_t)mask);
}

/* Does the rule fit? Each test that says no jumps past the answer. */
static void add_rule(struct program *program, const struct kernel_device_rule *rule)
{
    const unsigned int all = KERNEL_DEVICE_MKNOD | KERNEL_DEVICE_READ | KERNEL_DEVICE_WRITE;
    size_t first = program->count;

    if (rule->type != 'a')
        add_jump(program, BPF_JNE, TYPE,
                 rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
    add_asked(program, rule->allow ? all & ~rule->access : rule->access);
    add_jump(program, rule->allow ? BPF_JNE : BPF_JEQ, BPF_REG_1, 0);
    if (rule->major != KERNEL_DEVICE_ANY)
        add_jump(program, BPF_JNE, MAJOR, (int32_t)rule->major);
    if (rule->minor != KERNEL_DEVICE_ANY)
        add_jump(program, BPF_JNE, MINOR, (int32_t)rule->minor);
    add_answer(program, rule->allow);
    for (size_t i = first; i < program->count; i++) {
        if (BPF_CLASS(program->at[i].code) == BPF_JMP32)
            program->at[i].off = (int16_t)(program->count - i - 1);
    }
}

static int load(const struct program *program)
{
    union bpf_attr attributes = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = (uintptr_t)program->at,
        .insn_cnt = (uint32_t)program->count,
        .license = (uintptr_t)"Apache-2.0",
    };
    long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));

    return fd < 0 ? -errno : (int)fd;
}

static int attach(int program_fd, int cgroup_fd)
{
    union bpf_attr attributes = {
        .target_fd = (uint32_t)cgroup_fd,
        .attach_bpf_fd = (uint32_t)program_fd,
        .attach_type = BPF_CGROUP_DEVICE,
        .attach_flags = BPF_F_ALLOW_MULTI,
    };

    if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof(attributes)) < 0)
        return -errno;
    return 0;
}

int kernel_device_filter_attach(const char *path, const struct kernel_device_rules *rules,
                                struct err *err)
{
    CLEANUP(fd_close) int cgroup_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(fd_close) int program_fd = -1;
    struct program program;
    int number;

    if (cgroup_fd < 0)
        return err_system(err, errno, "open the cgroup '%s'", path);
    REQUIRE(rules->count <= KERNEL_DEVICE_RULES_MAX);
    program.count = 0;
    add_prologue(&program);
    for (size_t i = rules->count; i > 0; i--)
        add_rule(&program, &rules->at[i - 1]);
    add_answer(&program, false);
    program_fd = load(&program);
    if (program_fd < 0)
        return err_system(err, -program_fd, "load the device filter of '%s'", path);
    number = attach(program_fd, cgroup_fd);
    if (number < 0)
        return err_system(err, -number, "attach the device filter to '%s'", path);
    return 0;
}
