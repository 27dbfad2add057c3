/* What the program finds. */
#include "base/module.h"
#include "tls/tls.h"

extern const struct module cupel_module;
const struct module cupel_module = { CUPEL_VERSION, &tls_functions };
