/* What the program finds. */
#include "base/module.h"
#include "http/http.h"

extern const struct module cupel_module;
const struct module cupel_module = { CUPEL_VERSION, &http_functions };
