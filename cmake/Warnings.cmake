# One interface target carries the language level and every warning, for gcc and clang alike.
include_guard()
add_library(cupel_warnings INTERFACE)
target_compile_features(cupel_warnings INTERFACE c_std_17)
target_compile_options(
    cupel_warnings
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual
              -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wswitch-enum
              -Wimplicit-fallthrough -Wpointer-arith -Wwrite-strings -Wnull-dereference -Wdate-time)
if(CUPEL_WERROR)
    target_compile_options(cupel_warnings INTERFACE -Werror)
endif()
