/* One JSON object, whose lists are the tables' words. */
#include "oci/features.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/capabilities.h"
#include "kernel/scheduling.h"
#include "kernel/seccomp.h"
#include "oci/fields.h"
#include "oci/hooks.h"
#include "oci/json_text.h"
#include "oci/scope.h"

#include <errno.h>

#define VERSION_MIN "1.0.0"

/* The index-th word of a list; NULL past the last. */
typedef const char *(*word_at)(size_t index);

static const char *action_at(size_t index)
{
    return kernel_seccomp_word(KERNEL_SECCOMP_ACTIONS, index);
}

static const char *op_at(size_t index)
{
    return kernel_seccomp_word(KERNEL_SECCOMP_OPS, index);
}

static const char *architecture_at(size_t index)
{
    return kernel_seccomp_word(KERNEL_SECCOMP_ARCHITECTURES, index);
}

static const char *flag_at(size_t index)
{
    return kernel_seccomp_word(KERNEL_SECCOMP_FLAGS, index);
}

static const char *namespace_at(size_t index)
{
    return index < OCI_NAMESPACE_KINDS ? oci_namespace_names[index] : NULL;
}

static const char *hook_at(size_t index)
{
    return index < OCI_HOOK_KINDS ? oci_hook_name((enum oci_hook_kind)index) : NULL;
}

static json_t *words_json(word_at at)
{
    json_t *list = json_array();

    for (size_t i = 0; at(i) != NULL; i++)
        (void)json_array_append_new(list, json_string(at(i)));
    return list;
}

/* Those that the library has names for; which of them the kernel knows is another matter. */
static json_t *capabilities_json(void)
{
    json_t *list = json_array();

    for (unsigned int i = 0; i < 64; i++) {
        char block[64];
        struct text name = text_init(block, sizeof(block));

        if (kernel_capability_name(i, &name))
            (void)json_array_append_new(list, json_string(name.at));
    }
    return list;
}

static json_t *seccomp_json(void)
{
    return json_pack("{sb so so so so so}", "enabled", 1, "actions", words_json(action_at),
                     "operators", words_json(op_at), "archs", words_json(architecture_at),
                     "knownFlags", words_json(flag_at), "supportedFlags", words_json(flag_at));
}

static json_t *linux_json(void)
{
    int has_systemd = oci_scope_is_offered() ? 1 : 0;

    return json_pack("{so so s{sb sb sb sb sb} so s{sb} s{sb} s{sb sb sb} s{s{sb}} s{so so} s{sb}}",
                     "namespaces", words_json(namespace_at), "capabilities", capabilities_json(),
                     "cgroup", "v1", 1, "v2", 1, "systemd", has_systemd, "systemdUser", has_systemd,
                     "rdma", 1, "seccomp", seccomp_json(), "apparmor", "enabled", 1, "selinux",
                     "enabled", 1, "intelRdt", "enabled", 1, "schemata", 1, "monitoring", 1,
                     "mountExtensions", "idmap", "enabled", 1, "memoryPolicy", "modes",
                     words_json(kernel_scheduling_memory_mode), "flags",
                     words_json(kernel_scheduling_memory_flag), "netDevices", "enabled", 1);
}

int oci_features_format(struct arena *arena, struct bytes *ret_json, struct err *err)
{
    json_t *json = json_pack("{ss ss so so so}", "ociVersionMin", VERSION_MIN, "ociVersionMax",
                             OCI_VERSION, "hooks", words_json(hook_at), "mountOptions",
                             words_json(oci_mount_option), "linux", linux_json());
    CLEANUP(oci_json_text_free) char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2));
    char *copy = text == NULL ? NULL : arena_copy_text(arena, text);

    json_decref(json);
    if (copy == NULL)
        return err_system(err, ENOMEM, "tell the features");
    *ret_json = bytes_of_text(copy);
    return 0;
}
