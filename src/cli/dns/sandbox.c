/* Tables of what stays, and the steps that give up the rest. */
#include "cli/dns/sandbox.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/capabilities.h"
#include "kernel/landlock.h"
#include "kernel/process.h"
#include "kernel/seccomp.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CALLS_MAX 40 /* of a row */
#define PLACES_MAX 256
#define PATH_BYTES 4096
/* What a thread of ours is made with, */
#define CLONE_AS_THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
/* and without. */
#define CLONE_NAMESPACES                                                                           \
    (CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)

/* What the loop, a reload and the control socket need; one row for each purpose. */
static const struct {
    const char *purpose;
    const char *names[CALLS_MAX];
} allowed_calls[] = {
    { "the loop",
      { "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll",
        "read", "write", "readv", "writev", "close", "signalfd", "signalfd4", "timerfd_create",
        "timerfd_settime", "eventfd2", "getrandom", "pipe2" } },
    { "sockets",
      { "socket", "bind", "connect", "listen", "accept", "accept4", "setsockopt", "getsockopt",
        "getsockname", "getpeername", "shutdown", "socketpair", "recvfrom", "recvmsg", "recvmmsg",
        "sendto", "sendmsg", "sendmmsg" } },
    { "time",
      { "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time" } },
    { "memory",
      { "brk", "mmap", "munmap", "mremap", "madvise", "mprotect", "mlock", "mlock2", "munlock",
        "futex", "set_robust_list", "rseq", "membarrier" } },
    { "files: what may be opened is said by Landlock",
      { "open",       "openat",     "openat2",  "stat",       "fstat",      "lstat",
        "newfstatat", "statx",      "lseek",    "pread64",    "pwrite64",   "access",
        "faccessat",  "faccessat2", "readlink", "readlinkat", "getdents64", "fcntl",
        "dup",        "dup2",       "dup3",     "fsync",      "fdatasync",  "ftruncate",
        "fallocate",  "flock",      "rename",   "renameat",   "renameat2",  "unlink",
        "unlinkat",   "fchmod",     "umask",    "getcwd",     "statfs",     "fstatfs" } },
    { "signals, and the end",
      { "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
        "restart_syscall", "exit", "exit_group" } },
    { "who and where it is",
      { "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrlimit",
        "prlimit64", "getrusage", "sched_yield", "sched_getaffinity", "uname", "sysinfo",
        "getcpu" } },
};

/* What a supervisor needs besides: it starts shards, which give up the rest by themselves, and ends
 * them. */
static const char *const supervisor_calls[] = {
    "kill",
    "tgkill",
    "wait4",
    "prctl",
    "seccomp",
    "memfd_create",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
    "close_range",
};

/* Calls whose argument `index`, under the mask, must be one of these values. */
struct checked_call {
    const char *name;
    unsigned int index;
    const char *op; /* of libseccomp */
    uint64_t value;
    uint64_t value_two;
};

static const struct checked_call checked_calls[] = {
    { "ioctl", 1, "SCMP_CMP_EQ", SIOCGIFINDEX, 0 },
    { "ioctl", 1, "SCMP_CMP_EQ", TCGETS, 0 },
    { "ioctl", 1, "SCMP_CMP_EQ", TIOCGWINSZ, 0 },
    { "ioctl", 1, "SCMP_CMP_EQ", FIONREAD, 0 },
    { "ioctl", 1, "SCMP_CMP_EQ", FIONBIO, 0 },
    { "clone", 0, "SCMP_CMP_MASKED_EQ", CLONE_AS_THREAD | CLONE_NAMESPACES, CLONE_AS_THREAD },
};

/* A process of its own, with nothing in common but descriptors. */
static const struct checked_call fork_call = { "clone", 0, "SCMP_CMP_MASKED_EQ",
                                               CLONE_AS_THREAD | CLONE_NAMESPACES, 0 };

/* Calls that are as if this kernel had none, so that what can be looked at is used in their place:
 * the arguments of clone3 are in memory. */
static const char *const missing_calls[] = { "clone3" };

/* Calls that nothing of ours makes: who makes them is somebody else. */
static const char *const fatal_calls[] = {
    "execve",
    "execveat",
    "fork",
    "vfork",
    "ptrace",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "setns",
    "unshare",
    "process_vm_readv",
    "bpf",
    "process_vm_writev",
    "perf_event_open",
    "init_module",
    "finit_module",
    "kexec_load",
    "kexec_file_load",
    "delete_module",
    "add_key",
    "request_key",
    "keyctl",
    "userfaultfd",
    "io_uring_setup",
    "open_by_handle_at",
    "name_to_handle_at",
    "move_mount",
    "open_tree",
    "fsopen",
    "reboot",
    "swapon",
    "setuid",
    "setgid",
    "setresuid",
    "setresgid",
    "setgroups",
    "capset",
    "personality",
    "pidfd_getfd",
};

/* Options whose files are opened after the start, and what is done in their directories. */
static const struct {
    size_t offset;
    bool is_list;
    enum kernel_landlock_access access;
} places[] = {
    { offsetof(struct dns_options, config), false, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, cookie_secret), false, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, tls_ca), false, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, tls_certificate), false, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, tls_key), false, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, local.hosts), true, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, local.blocks), true, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, local.record_files), true, KERNEL_LANDLOCK_READ },
    { offsetof(struct dns_options, control), false, KERNEL_LANDLOCK_CHANGE },
    { offsetof(struct dns_options, cache_file), false, KERNEL_LANDLOCK_CHANGE },
    { offsetof(struct dns_options, query_log), false, KERNEL_LANDLOCK_CHANGE },
    { offsetof(struct dns_options, dnstap), false, KERNEL_LANDLOCK_CHANGE },
};

/* Files of the system that libraries read late. */
static const struct kernel_landlock_place fixed_places[] = {
    { "/etc/localtime", KERNEL_LANDLOCK_READ },
    { "/usr/share/zoneinfo", KERNEL_LANDLOCK_READ },
    { "/etc/ssl", KERNEL_LANDLOCK_READ },
    { "/usr/lib/ssl", KERNEL_LANDLOCK_READ },
    { "/etc/pki", KERNEL_LANDLOCK_READ },
    { "/usr/share/ca-certificates", KERNEL_LANDLOCK_READ },
    { "/etc/ld.so.cache", KERNEL_LANDLOCK_READ }, /* a reload may need a module, */
    { "/lib", KERNEL_LANDLOCK_READ },             /* and what it brings */
    { "/lib64", KERNEL_LANDLOCK_READ },
    { "/usr/lib", KERNEL_LANDLOCK_READ },
    { "/usr/lib64", KERNEL_LANDLOCK_READ },
    { "/usr/local/lib", KERNEL_LANDLOCK_READ },
    { "/dev/null", KERNEL_LANDLOCK_CHANGE },
};

/* The number that a text is; false where it is none. */
static bool parse_id(const char *text, unsigned int *ret_id)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long number;

    if (digits == 0 || digits > 9 || text[digits] != '\0')
        return false;
    number = strtoul(text, NULL, 10);
    *ret_id = (unsigned int)number;
    return true;
}

static int find_group(const char *text, gid_t *ret_gid, struct err *err)
{
    const struct group *group;

    if (parse_id(text, ret_gid))
        return 0;
    group = getgrnam(text);
    if (group == NULL)
        return err_set(err, -1, "there is no group '%s'", text);
    *ret_gid = group->gr_gid;
    return 0;
}

int dns_user_read(const char *text, struct dns_user *ret_user, struct err *err)
{
    struct dns_user user = { .is_given = text != NULL };
    char name[256];
    const char *colon = text != NULL ? strchr(text, ':') : NULL;
    size_t size = colon != NULL ? (size_t)(colon - text) : text != NULL ? strlen(text) : 0;
    const struct passwd *entry = NULL;
    bool is_number;

    if (text == NULL) {
        *ret_user = user;
        return 0;
    }
    if (size == 0 || size >= sizeof(name))
        return err_set(err, -1, "'%s' is not USER or USER:GROUP", text);
    memcpy(name, text, size);
    name[size] = '\0';
    is_number = parse_id(name, &user.uid);
    entry = is_number ? getpwuid(user.uid) : getpwnam(name);
    if (entry == NULL && !is_number)
        return err_set(err, -1, "there is no user '%s'", name);
    if (entry == NULL && colon == NULL)
        return err_set(err, -1, "user %s has no group that is known: say USER:GROUP", name);
    if (entry != NULL) {
        user.uid = entry->pw_uid;
        user.gid = entry->pw_gid;
    }
    if (colon != NULL && find_group(colon + 1, &user.gid, err) < 0)
        return -1;
    *ret_user = user;
    return 0;
}

/* Becomes the user, and has no capability then, nor a way to one; who stays root may listen below
 * port 1024 after a reload, too. */
static int drop_rights(const struct dns_user *user, bool drops_all, struct err *err)
{
    static const struct kernel_capabilities none = { 0 };
    uint64_t bind = UINT64_C(1) << CAP_NET_BIND_SERVICE;
    struct kernel_capabilities listening = { .effective = bind, .permitted = bind };
    struct kernel_user kernel_user = {
        .uid = user->uid,
        .gid = user->gid,
        .sets_groups = true,
        .groups_count = 0,
    };
    struct err ignored = { 0 };

    if (user->is_given || drops_all)
        (void)kernel_capabilities_bound(0, &ignored); /* as far as it may */
    if (user->is_given && kernel_process_set_user(&kernel_user, err) < 0)
        return err_prefix(err, "--user");
    if (!user->is_given && !drops_all)
        return 0;
    if (!user->is_given && kernel_capabilities_set(&listening, &ignored) == 0)
        return 0;
    return kernel_capabilities_set(&none, err);
}

/* The directories of what a value names, added to the list. */
struct place_list {
    size_t count;
    struct kernel_landlock_place at[PLACES_MAX];
    size_t used;
    char block[PLACES_MAX * 256];
};

static void add_directory(struct place_list *list, const char *path,
                          enum kernel_landlock_access access)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    size_t size = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    char *copy = list->block + list->used;

    if (path == NULL || path[0] == '@' || strncmp(path, "tcp:", 4) == 0 ||
        strncmp(path, "unix:", 5) == 0 || strcmp(path, "-") == 0 || list->count == PLACES_MAX ||
        sizeof(list->block) - list->used < size + 1)
        return;
    memcpy(copy, slash == NULL ? "." : path, size);
    copy[size] = '\0';
    list->used += size + 1;
    list->at[list->count] = (struct kernel_landlock_place){ copy, access };
    list->count += 1;
}

/* Where modules are beside the program. */
static void add_modules(struct place_list *list)
{
    char path[PATH_BYTES] = "";
    ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/../lib/cupel/"));
    char *slash = size > 0 ? strrchr(path, '/') : NULL;

    if (slash == NULL)
        return;
    memcpy(slash, "/../lib/cupel/", sizeof("/../lib/cupel/"));
    add_directory(list, path, KERNEL_LANDLOCK_READ);
}

static void add_places(struct place_list *list, const struct dns_options *options)
{
    add_modules(list);
    for (size_t i = 0; i < sizeof(fixed_places) / sizeof(fixed_places[0]); i++) {
        list->at[list->count] = fixed_places[i];
        list->count += 1;
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = (const char *)options + places[i].offset;
        const struct cli_texts *texts = (const void *)value;

        for (size_t t = 0; places[i].is_list && t < texts->count; t++)
            add_directory(list, texts->at[t], places[i].access);
        if (!places[i].is_list)
            add_directory(list, *(const char *const *)(const void *)value, places[i].access);
    }
}

static int close_files(const struct dns_options *options, enum dns_sandbox_role role,
                       struct err *err)
{
    CLEANUP(free_pointer) struct place_list *list = calloc(1, sizeof(*list));
    int number;

    if (list == NULL)
        return err_set(err, -ENOMEM, "no memory");
    add_places(list, options);
    if (role == DNS_SANDBOX_SUPERVISOR) /* how much memory its shards have */
        add_directory(list, "/proc/", KERNEL_LANDLOCK_READ);
    number = kernel_landlock_enter(list->at, list->count, err);
    return number == -ENOSYS ? 0 : number; /* an old kernel goes without */
}

#define ROWS_MAX 32

/* Puts the tables into rules. */
struct rules {
    size_t count;
    struct kernel_seccomp_rule at[ROWS_MAX];
    struct kernel_seccomp_condition conditions[ROWS_MAX];
    struct checked_call own_signal;
};

/* What the rules do. */
struct actions {
    uint32_t allow;
    uint32_t kill;
    uint32_t missing;
};

static void allow_checked(struct rules *rules, const struct checked_call *call, uint32_t allow)
{
    struct kernel_seccomp_condition *condition = &rules->conditions[rules->count];

    *condition = (struct kernel_seccomp_condition){
        .index = call->index,
        .value = call->value,
        .value_two = call->value_two,
    };
    (void)kernel_seccomp_op_find(call->op, &condition->op);
    rules->at[rules->count++] = (struct kernel_seccomp_rule){
        .names = &call->name,
        .names_count = 1,
        .action = allow,
        .conditions = condition,
        .conditions_count = 1,
    };
}

static void add_names(struct rules *rules, const char *const *names, size_t count, uint32_t action)
{
    rules->at[rules->count++] = (struct kernel_seccomp_rule){
        .names = names,
        .names_count = count,
        .action = action,
    };
}

/* Signals to itself, as abort() sends one, or what a supervisor does. */
static void add_role(struct rules *rules, enum dns_sandbox_role role, uint32_t allow)
{
    if (role != DNS_SANDBOX_SUPERVISOR) {
        rules->own_signal =
            (struct checked_call){ "tgkill", 0, "SCMP_CMP_EQ", (uint64_t)getpid(), 0 };
        allow_checked(rules, &rules->own_signal, allow);
        return;
    }
    allow_checked(rules, &fork_call, allow);
    add_names(rules, supervisor_calls, sizeof(supervisor_calls) / sizeof(supervisor_calls[0]),
              allow);
}

static void make_rules(struct rules *rules, const struct actions *actions,
                       enum dns_sandbox_role role)
{
    for (size_t i = 0; i < sizeof(allowed_calls) / sizeof(allowed_calls[0]); i++) {
        size_t count = 0;

        while (count < CALLS_MAX && allowed_calls[i].names[count] != NULL)
            count += 1;
        add_names(rules, allowed_calls[i].names, count, actions->allow);
    }
    for (size_t i = 0; i < sizeof(checked_calls) / sizeof(checked_calls[0]); i++)
        allow_checked(rules, &checked_calls[i], actions->allow);
    add_role(rules, role, actions->allow);
    add_names(rules, fatal_calls, sizeof(fatal_calls) / sizeof(fatal_calls[0]), actions->kill);
    add_names(rules, missing_calls, sizeof(missing_calls) / sizeof(missing_calls[0]),
              actions->missing);
}

static int close_calls(enum dns_sandbox_role role, struct err *err)
{
    struct rules rules = { 0 };
    struct kernel_seccomp filter = { 0 };
    struct kernel_seccomp_program program = { 0 };
    struct actions actions = { 0 };
    int number;

    _Static_assert(sizeof(allowed_calls) / sizeof(allowed_calls[0]) +
                           sizeof(checked_calls) / sizeof(checked_calls[0]) + 4 <=
                       ROWS_MAX,
                   "all rows have their place");
    (void)kernel_seccomp_action_find("SCMP_ACT_ALLOW", 0, &actions.allow);
    (void)kernel_seccomp_action_find("SCMP_ACT_KILL_PROCESS", 0, &actions.kill);
    (void)kernel_seccomp_action_find("SCMP_ACT_ERRNO", ENOSYS, &actions.missing);
    (void)kernel_seccomp_action_find("SCMP_ACT_ERRNO", EPERM, &filter.default_action);
    (void)kernel_seccomp_flag_find("SECCOMP_FILTER_FLAG_LOG", &filter.flags);
    make_rules(&rules, &actions, role);
    filter.rules = rules.at;
    filter.rules_count = rules.count;
    number = kernel_seccomp_compile(&filter, &program, err);
    if (number == 0)
        number = kernel_seccomp_load(&program, err);
    kernel_seccomp_done(&program);
    return number;
}

int dns_sandbox_enter(const struct dns_options *options, const struct dns_user *user,
                      enum dns_sandbox_role role, struct err *err)
{
    bool is_on = options->needs_sandbox || !options->has_no_sandbox;
    struct err weaker = { 0 };

    if (role != DNS_SANDBOX_SHARD && drop_rights(user, is_on, err) < 0)
        return -1;
    if (!is_on)
        return 0;
    if (kernel_process_set_no_new_privileges(&weaker) == 0 && kernel_process_hide(&weaker) == 0 &&
        close_files(options, role, &weaker) == 0 && close_calls(role, &weaker) == 0)
        return 0;
    *err = weaker;
    if (options->needs_sandbox)
        return err_prefix(err, "--sandbox: cannot be made here");
    (void)err_prefix(err, "goes on without all of its sandbox");
    (void)cli_fail(DNS_PROGRAM, err, 0);
    return 0;
}

void dns_sandbox_explain(const struct dns_options *options, struct err *err)
{
    struct err hint = { 0 };

    if (err->number != -EACCES || options->has_no_sandbox)
        return;
    (void)err_set(&hint, -EACCES, "only what was named at the start can be opened in the sandbox");
    (void)err_add(err, err->number, &hint);
}
