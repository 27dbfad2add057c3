# What tests and benchmarks call of unbound is inside of its static library; unbound_libraries is that
# and what it wants, each a path, or NOTFOUND.
include_guard()
set(unbound_libraries)
foreach(library IN ITEMS libunbound.a ssl crypto event hogweed nettle gmp)
    string(MAKE_C_IDENTIFIER "unbound_${library}" found)
    find_library(${found} ${library})
    list(APPEND unbound_libraries "${${found}}")
endforeach()
