/* dlopen() looks where the program's RUNPATH says. */
#include "cli/module.h"

#include "base/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int cli_module_load(const char *name, const void **ret_functions, struct err *err)
{
    void *loaded = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    const struct module *module = loaded == NULL ? NULL : dlsym(loaded, MODULE_SYMBOL);

    if (module == NULL)
        return err_set(err, -ENOENT, "the module cannot be loaded: %s", dlerror());
    if (strcmp(module->version, CUPEL_VERSION) != 0)
        return err_set(err, -EINVAL, "the module %s is of version %s, and not " CUPEL_VERSION, name,
                       module->version);
    *ret_functions = module->functions;
    return 0;
}
