/* What the program finds. */
#include "base/module.h"
#include "dnstap/dnstap.h"

extern const struct module cupel_module;
const struct module cupel_module = { CUPEL_VERSION, &dnstap_functions };
