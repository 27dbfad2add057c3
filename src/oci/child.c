/* A function for each step of the child, and the loop that calls them. */
#include "oci/child.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "base/text.h"
#include "kernel/cgroup_v1.h"
#include "kernel/namespace.h"
#include "kernel/net_device.h"
#include "kernel/root_move.h"
#include "oci/gate.h"
#include "oci/hooks.h"
#include "oci/plain_step.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define UMASK_OF_HOOKS 022

/* The descriptors that outlive OCI_STEP_CLOSE. */
enum { CHANNEL, GATE };

/* What the child keeps from step to step. */
struct inside {
    int fds[OCI_OWN_MAX]; /* the channel, and the gate or -1 */
    const int *preserved; /* see struct oci_run_options */
    const int *slots;
    const int *sources;
    const struct kernel_seccomp_program *filter;
    uint64_t ignored_signals;
    int console_fd;
    int root_fd;   /* the root directory, from ROOT to PIVOT */
    int parent_fd; /* the directory that the step `in_parent` has made something in, or -1 */
    const struct oci_step *in_parent;
    int empty_fd;      /* see kernel_mount_mask() */
    struct err unmade; /* why there may be no working directory; number 0: nothing is known */
    int home_fd;       /* from MOUNT_NAMESPACE to PIVOT: where the program shall be, or -1 */
};

int oci_child_write_own(const struct oci_step_process_file *file, struct err *err)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));

    (void)text_append(&path, "/proc/self/");
    (void)text_append(&path, file->file);
    return kernel_process_write_file(path.at, file->value, err);
}

static int do_own_write(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return oci_child_write_own(&step->process_file, err);
}

static int do_await(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)step;
    return oci_channel_await(inside->fds[CHANNEL], err);
}

static int do_session(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    (void)step;
    return kernel_process_new_session(err);
}

static int do_keyring(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_process_new_keyring(step->text, err);
}

static int do_set_user(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_process_set_user(&step->user, err);
}

static int do_cgroup_enter(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_cgroup_v1_enter(inside->slots[step->cgroup.slot], err);
}

static int do_cgroup_namespace(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_namespace_unshare((int)step->flags, err);
}

static int do_time_namespace(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_namespace_new_time(step->text, err);
}

static int do_cgroup_join(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_namespace_enter(inside->slots[step->cgroup.slot], CLONE_NEWCGROUP, err);
}

static int do_loopback(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    (void)step;
    return kernel_net_loopback_set_up(err);
}

static int do_hostname(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_namespace_set_hostname(step->text, err);
}

static int do_domainname(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_namespace_set_domainname(step->text, err);
}

static int do_sysctl(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_process_write_file(step->sysctl.path, step->sysctl.value, err);
}

static int do_mount_namespace(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_namespace_copy_mounts(step->text, &inside->home_fd, err);
}

static int do_root_enter(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_root_enter(inside->slots[step->cgroup.slot], err);
}

static int do_detach(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_mount_set_namespace_propagation(step->flags, err);
}

static int do_root(struct inside *inside, const struct oci_step *step, struct err *err)
{
    /* What is made in the root from here on has the permissions that the plan says. */
    (void)umask(0);
    return kernel_mount_root(step->text, &inside->root_fd, err);
}

/* What is mounted over the root is the root from then on. */
static int settle_root(struct inside *inside, const char *destination, struct err *err)
{
    return strcmp(destination, "/") == 0 ? kernel_root_climb(&inside->root_fd, err) : 0;
}

static int do_mount(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const char *destination = step->mount.destination;
    int number = kernel_mount_new(inside->root_fd, destination, &step->mount.mount, err);

    return number < 0 ? number : settle_root(inside, destination, err);
}

/* Who may reach the source takes it as it is here: with what may not be taken away from a mount of
 * outside. */
static int bind_or_take_spare(struct inside *inside, const struct oci_step_bind *bind,
                              struct err *err)
{
    int tree_fd = inside->sources[bind->opened - 1];
    int number = kernel_mount_bind(inside->root_fd, bind->destination, &bind->bind, err);
    struct kernel_bind alone = bind->bind;

    if (number != -EACCES || tree_fd < 0)
        return number;
    if (alone.propagation == 0)
        alone.propagation = MS_PRIVATE | (alone.is_recursive ? MS_REC : 0UL);
    return kernel_mount_attach(inside->root_fd, bind->destination, &alone, tree_fd, err);
}

static int do_bind(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct oci_step_bind *bind = &step->bind;
    int number;

    if (bind->is_spare)
        number = bind_or_take_spare(inside, bind, err);
    else if (bind->opened == 0)
        number = kernel_mount_bind(inside->root_fd, bind->destination, &bind->bind, err);
    else
        number = kernel_mount_attach(inside->root_fd, bind->destination, &bind->bind,
                                     inside->sources[bind->opened - 1], err);
    return number < 0 ? number : settle_root(inside, bind->destination, err);
}

static int do_remount(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct oci_step_remount *remount = &step->remount;

    return kernel_mount_alter(inside->root_fd, remount->destination, &remount->change,
                              remount->has_options ? &remount->options : NULL, err);
}

static int do_root_propagation(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_mount_set_root_propagation(inside->root_fd, step->flags, err);
}

/* Where a step makes something in a directory; NULL: it does not. */
static const char *made_by(const struct oci_step *step)
{
    if (step->kind == OCI_STEP_DEVICE)
        return step->device.destination;
    return step->kind == OCI_STEP_SYMLINK ? step->symlink.destination : NULL;
}

/* Opens the directory that a step makes something in, unless the step before it did so in the same:
 * nothing was mounted in between. */
static int enter_parent(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const char *path = made_by(step);
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path) + 1;

    if (inside->parent_fd >= 0 && inside->in_parent == step - 1 &&
        strncmp(made_by(step - 1), path, size) == 0 &&
        strchr(made_by(step - 1) + size, '/') == NULL) {
        inside->in_parent = step;
        return 0;
    }
    fd_close(&inside->parent_fd);
    inside->in_parent = step;
    return kernel_root_make_parent(inside->root_fd, path, &inside->parent_fd, err);
}

/* Where a cgroup above (a pod's) lets nobody make nodes, that of outside is bound. */
static int do_device(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct kernel_node *node = &step->device.node;
    struct err why = { 0 };
    int number = enter_parent(inside, step, err);

    if (number == 0)
        number = kernel_root_make_node(inside->parent_fd, step->device.destination, node, err);
    if (number != -EPERM || S_ISFIFO(node->mode) ||
        kernel_mount_device(inside->root_fd, step->device.destination, node->major, node->minor,
                            &why) < 0)
        return number;
    return 0;
}

static int do_device_bind(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_mount_device(inside->root_fd, step->device.destination, step->device.node.major,
                               step->device.node.minor, err);
}

static int do_symlink(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct oci_step_symlink *made = &step->symlink;

    return enter_parent(inside, step, err) < 0
               ? err->number
               : kernel_root_make_symlink(inside->parent_fd, made->destination, made->target, err);
}

/* Tells the runtime that it is so far. */
static int do_tell(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct oci_record told = { .kind = OCI_RECORD_TOLD };

    (void)step;
    if (!oci_channel_say(inside->fds[CHANNEL], &told))
        return err_set(err, -ECANCELED, "the runtime has gone");
    return 0;
}

/* Before PIVOT it begins in the root directory, with a umask for people; then in that of the
 * program, with the program's umask. */
static int do_container_hook(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct oci_hook_place place = { .pid = getpid(),
                                          .directory_fd = inside->root_fd,
                                          .filter = inside->filter };
    mode_t before = inside->root_fd < 0 ? 0 : umask(UMASK_OF_HOOKS);
    int number = oci_hook_run(&step->hook, &place, err);

    if (inside->root_fd >= 0)
        (void)umask(before);
    return number;
}

/* The root is that of the plan, or, where another made the container, ours. */
static int do_terminal(struct inside *inside, const struct oci_step *step, struct err *err)
{
    CLEANUP(fd_close) int own_fd =
        inside->root_fd < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    CLEANUP(fd_close) int master_fd = -1;
    CLEANUP(fd_close) int slave_fd = -1;
    int root_fd = inside->root_fd < 0 ? own_fd : inside->root_fd;

    if (root_fd < 0)
        return err_system(err, errno, "open the root directory");
    if (kernel_terminal_open(root_fd, &step->terminal.terminal, &master_fd, &slave_fd, err) < 0 ||
        (step->terminal.is_console && kernel_terminal_bind(root_fd, slave_fd, err) < 0) ||
        kernel_terminal_send(inside->console_fd, master_fd, err) < 0)
        return err->number;
    return kernel_terminal_take(slave_fd, err);
}

static int do_mask(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_mount_mask(inside->root_fd, step->text, &inside->empty_fd, err);
}

static int do_readonly(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_mount_read_only(inside->root_fd, step->text, err);
}

static int do_directory_make(struct inside *inside, const struct oci_step *step, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;

    /* What matters is whether it can be entered, which is tried later. */
    (void)err;
    (void)kernel_root_make_directory(inside->root_fd, step->text, &fd, &inside->unmade);
    return 0;
}

static int do_root_readonly(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)step;
    return kernel_mount_root_read_only(inside->root_fd, err);
}

static int do_label(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_label_set_exec(step->label.kind, step->label.label, err);
}

static int do_pivot(struct inside *inside, const struct oci_step *step, struct err *err)
{
    if (inside->home_fd >= 0)
        return kernel_root_take_home(inside->root_fd, inside->home_fd, err);
    return step->text == NULL ? kernel_root_pivot(inside->root_fd, err)
                              : kernel_root_move(inside->root_fd, err);
}

static int do_close(struct inside *inside, const struct oci_step *step, struct err *err)
{
    inside->root_fd = -1;
    inside->parent_fd = -1;
    inside->empty_fd = -1;
    inside->home_fd = -1;
    inside->slots = NULL;
    inside->sources = NULL;
    return oci_child_close_all_but(inside->preserved, (unsigned int)step->preserved, inside->fds,
                                   inside->fds[GATE] < 0 ? 1 : 2, err);
}

static int do_directory(struct inside *inside, const struct oci_step *step, struct err *err)
{
    if (kernel_process_set_directory(step->text, err) == 0)
        return 0;
    if (inside->unmade.number == 0 || inside->unmade.number == err->number)
        return err->number;
    return err_add(err, err->number, &inside->unmade);
}

static int do_rlimit(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_process_set_rlimit(step->rlimit.resource, step->rlimit.soft, step->rlimit.hard,
                                     err);
}

static int do_plain(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return oci_plain_step_perform(step, NULL, err);
}

static int do_memory_policy(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_scheduling_set_memory(&step->memory_policy.how, err);
}

static int do_personality(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_scheduling_set_personality(step->personality.domain, err);
}

static int do_bounding(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_capabilities_bound(step->bounding, err);
}

static int do_user(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return kernel_capabilities_keep(err) < 0 ? err->number : do_set_user(inside, step, err);
}

static int do_capabilities(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_capabilities_set(&step->capabilities, err);
}

static int do_umask(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    (void)err;
    (void)umask(step->umask);
    return 0;
}

static int do_no_new_privileges(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    (void)step;
    return kernel_process_set_no_new_privileges(err);
}

static int do_death_signal(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    (void)step;
    return kernel_process_set_death_signal(SIGKILL, err);
}

/* So that one who creates a container hears already then that there is no such program. */
static int do_find(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_process_find(step->exec.candidates, step->exec.argv[0], err);
}

/* Tells the runtime that all is done but the exec itself. */
static int do_ready(struct inside *inside, const struct oci_step *step, struct err *err)
{
    const struct oci_record ready = { .kind = OCI_RECORD_READY };

    (void)step;
    if (kernel_process_reset_signals(inside->ignored_signals, err) < 0)
        return err->number;
    /* Nobody would know of a container whose runtime has gone before it began; and the signal of
     * OCI_STEP_DEATH_SIGNAL comes only from one that goes after that step. */
    if (!oci_channel_say(inside->fds[CHANNEL], &ready))
        return err_set(err, -ECANCELED, "the runtime has gone");
    return 0;
}

/* Tells the runtime, waits until it has written down which process this is, and to be started. */
static int do_start(struct inside *inside, const struct oci_step *step, struct err *err)
{
    if (do_ready(inside, step, err) < 0 || oci_channel_await(inside->fds[CHANNEL], err) < 0)
        return err->number;
    fd_close(&inside->fds[CHANNEL]);
    return oci_gate_await(inside->fds[GATE], &inside->fds[CHANNEL], err);
}

/* The runtime hears of the listener before there is one: afterwards, that may be what the filter
 * hands to whoever listens. */
static int load_with_listener(struct inside *inside, struct err *err)
{
    struct oci_record record = { .kind = OCI_RECORD_LISTENER };

    if (kernel_seccomp_listener_foresee(&record.fd, err) < 0)
        return err->number;
    if (!oci_channel_say(inside->fds[CHANNEL], &record))
        return err_set(err, -ECANCELED, "the runtime has gone");
    return kernel_seccomp_load_with_listener(inside->filter, err);
}

static int do_seccomp(struct inside *inside, const struct oci_step *step, struct err *err)
{
    return step->has_listener ? load_with_listener(inside, err)
                              : kernel_seccomp_load(inside->filter, err);
}

static int do_exec(struct inside *inside, const struct oci_step *step, struct err *err)
{
    (void)inside;
    return kernel_process_exec(step->exec.candidates, step->exec.argv, step->exec.envp, err);
}

typedef int (*performer)(struct inside *inside, const struct oci_step *step, struct err *err);

static const performer performers[OCI_STEP_KINDS] = {
    [OCI_STEP_OWN_WRITE] = do_own_write,
    [OCI_STEP_AWAIT] = do_await,
    [OCI_STEP_SESSION] = do_session,
    [OCI_STEP_KEYRING] = do_keyring,
    [OCI_STEP_ROOT_ENTER] = do_root_enter,
    [OCI_STEP_MOUNT_NAMESPACE] = do_mount_namespace,
    [OCI_STEP_BECOME_ROOT] = do_set_user,
    [OCI_STEP_CGROUP_ENTER] = do_cgroup_enter,
    [OCI_STEP_CGROUP_JOIN] = do_cgroup_join,
    [OCI_STEP_CGROUP_NAMESPACE] = do_cgroup_namespace,
    [OCI_STEP_TIME_NAMESPACE] = do_time_namespace,
    [OCI_STEP_LOOPBACK] = do_loopback,
    [OCI_STEP_HOSTNAME] = do_hostname,
    [OCI_STEP_DOMAINNAME] = do_domainname,
    [OCI_STEP_SYSCTL] = do_sysctl,
    [OCI_STEP_DETACH] = do_detach,
    [OCI_STEP_ROOT] = do_root,
    [OCI_STEP_MOUNT] = do_mount,
    [OCI_STEP_BIND] = do_bind,
    [OCI_STEP_REMOUNT] = do_remount,
    [OCI_STEP_DEVICE] = do_device,
    [OCI_STEP_DEVICE_BIND] = do_device_bind,
    [OCI_STEP_SYMLINK] = do_symlink,
    [OCI_STEP_TELL] = do_tell,
    [OCI_STEP_CONTAINER_HOOK] = do_container_hook,
    [OCI_STEP_TERMINAL] = do_terminal,
    [OCI_STEP_MASK] = do_mask,
    [OCI_STEP_READONLY] = do_readonly,
    [OCI_STEP_DIRECTORY_MAKE] = do_directory_make,
    [OCI_STEP_ROOT_READONLY] = do_root_readonly,
    [OCI_STEP_LABEL] = do_label,
    [OCI_STEP_PIVOT] = do_pivot,
    [OCI_STEP_ROOT_PROPAGATION] = do_root_propagation,
    [OCI_STEP_CLOSE] = do_close,
    [OCI_STEP_DIRECTORY] = do_directory,
    [OCI_STEP_RLIMIT] = do_rlimit,
    [OCI_STEP_AFFINITY] = do_plain,
    [OCI_STEP_HOME] = do_plain,
    [OCI_STEP_MEMORY_POLICY] = do_memory_policy,
    [OCI_STEP_PERSONALITY] = do_personality,
    [OCI_STEP_BOUNDING] = do_bounding,
    [OCI_STEP_USER] = do_user,
    [OCI_STEP_CAPABILITIES] = do_capabilities,
    [OCI_STEP_UMASK] = do_umask,
    [OCI_STEP_NO_NEW_PRIVILEGES] = do_no_new_privileges,
    [OCI_STEP_DEATH_SIGNAL] = do_death_signal,
    [OCI_STEP_FIND] = do_find,
    [OCI_STEP_START] = do_start,
    [OCI_STEP_READY] = do_ready,
    [OCI_STEP_SECCOMP] = do_seccomp,
    [OCI_STEP_EXEC] = do_exec,
};

_Noreturn void oci_child_give_up(int channel_fd, const struct oci_step *step, const struct err *err)
{
    struct oci_record record = { .kind = OCI_RECORD_FAILED,
                                 .is_program =
                                     step->kind == OCI_STEP_FIND || step->kind == OCI_STEP_EXEC,
                                 .is_hook = step->kind == OCI_STEP_CONTAINER_HOOK,
                                 .err = *err };

    if (step->field[0] != '\0')
        (void)err_prefix(&record.err, "%s", step->field);
    (void)oci_channel_say(channel_fd, &record);
    _exit(1);
}

_Noreturn void oci_child_run(const struct oci_child *child)
{
    struct inside inside = { .fds = { [CHANNEL] = child->channel_fd, [GATE] = child->gate_fd },
                             .preserved = child->preserved,
                             .slots = child->slots,
                             .sources = child->sources,
                             .filter = &child->filter,
                             .ignored_signals = child->ignored_signals,
                             .console_fd = child->console_fd,
                             .root_fd = -1,
                             .parent_fd = -1,
                             .empty_fd = -1,
                             .home_fd = -1 };
    struct err unsettled = { 0 };

    if (oci_child_settle(child, &unsettled) < 0)
        oci_child_give_up(child->channel_fd, child->plan->steps, &unsettled);
    for (size_t i = 0; i < child->plan->count; i++) {
        const struct oci_step *step = &child->plan->steps[i];
        performer function = performers[step->kind];
        struct err err = { 0 };

        if (function == NULL)
            continue;
        oci_trace_begin(child->trace, i);
        if (function(&inside, step, &err) < 0)
            oci_child_give_up(inside.fds[CHANNEL], step, &err);
        oci_trace_end(child->trace, i);
    }
    /* The last step of every plan is the exec, which does not come back but with an error. */
    UNREACHABLE();
}
