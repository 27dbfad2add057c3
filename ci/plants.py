"""What ci/selftest plants. A line that ends in § (which is not written) is one that must be named;
\\x20 and the like keep this file itself clean."""

import dataclasses

# For each check by itself: the check that must see it, the file, and its text.
DNS = "src/dns/planted"
JUNIT = """<testsuite>
<testcase name="planted.whole" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>
<system-out>skip: no such kernel</system-out></testcase>
<testcase name="planted.part" status="run"><system-out>ok 2 - a part # SKIP no root</system-out>
</testcase></testsuite>
"""
PLANTS = (
    ("format", f"{DNS}_layout.c", "int  planted;§\n"),
    ("format", "docs/planted_blanks.md", "blanks follow\x20\x20§\n"),
    ("format", "docs/planted_return.md", "a return follows\r§\n"),
    ("format", "docs/planted_end.md", "no newline follows§"),
    ("format", "docs/planted_lines.md", "empty lines follow\n\n§\n"),

    ("arrows", f"{DNS}_up.c", '#include "forwarder/planted.h"§\n'),
    ("arrows", "src/forwarder/planted.h", "#pragma once\n"),
    ("arrows", f"{DNS}_missing.c", '#include "base/no_such_file.h"§\n'),
    ("arrows", f"{DNS}_near.c", '#include "planted_near.h"§\n'),
    ("arrows", f"{DNS}_angle.c", "#include <base/planted_impure.h>§\n"),
    ("arrows", f"{DNS}_socket.c", "#include <sys/socket.h>§\n"),
    ("arrows", f"{DNS}_through.c", '#include "base/planted_impure.h"§\n'),
    ("arrows", f"{DNS}_clock.c", '#include "base/clock.h"§\n'),
    ("arrows", "src/base/planted_impure.h", "#pragma once\n#include <time.h>\n"),
    ("arrows", "src/base/planted_library.c", "#include <jansson.h>§\n"),
    ("arrows", "src/forwarder/core/planted.c", '#include "forwarder/planted.h"§\n'),
    ("arrows", "src/planted_a/CMakeLists.txt", "cupel_layer(planted_a USES planted_b)§\n"),
    ("arrows", "src/planted_b/CMakeLists.txt", "cupel_layer(planted_b\n    USES planted_a)§\n"),
    ("arrows", "src/planted_c/CMakeLists.txt", "cupel_layer(planted_c USES nowhere)§\n"),
    ("arrows", "src/planted_f/CMakeLists.txt", "cupel_layer(planted_f USES cli)§\n"),
    ("arrows", "src/planted_d/CMakeLists.txt", "cupel_layer(other_name)§\n"),
    ("arrows", "src/planted_e/CMakeLists.txt", "# nothing is declared§\n"),

    ("limits", f"{DNS}_length.c", "void planted(void)§\n{\n" + "    ;\n" * 68 + "}\n"),
    ("limits", f"{DNS}_complex.c",
     "int planted(int a)§\n{\n    return " + "a && " * 14 + "a ? 1 : 2;\n}\n"),
    ("limits", f"{DNS}_parameters.c", "void planted(int a, int b, int c, int d, int e, int f)§\n"
                                      "{\n}\n"),
    ("limits", f"{DNS}_columns.c", "// " + "x" * 98 + "§\n"),
    ("limits", f"{DNS}_lines.c", "//\n" * 600 + "//§\n"),
    ("limits", f"{DNS}_vla.c", "void planted(int n)\n{\n    char text[n];§\n    (void)text;\n}\n"),
    ("limits", f"{DNS}_alloca.c",
     "#include <alloca.h>\nvoid *planted(void)\n{\n    return alloca(8);§\n}\n"),
    ("limits", f"{DNS}_goto.c", "void planted(void)\n{\nagain:\n    goto again;§\n}\n"),
    ("limits", f"{DNS}_typedef.c", "typedef struct planted planted;§\ntypedef int (*call)(int);\n"),
    ("limits", f"{DNS}_name.c", "struct planted_t {§\n    int a;\n};\n"),
    ("limits", f"{DNS}_guard.h", "#ifndef PLANTED_H§\n#define PLANTED_H\n#endif\n"),
    ("limits", f"{DNS}_comment.h",
     "#pragma once\n/* Has one. */\nint planted_a(void);\n\nint planted_b(void);§\n"),
    ("limits", f"{DNS}_global.c", "static int planted_count;§\n"
     "const char *planted_name = \"\";§\nstatic const int planted_table[] = { 1 };\n"),
    ("limits", f"{DNS}_static.c", "int planted(void)\n{\n    static int n;§\n    return n++;\n}\n"),
    ("limits", f"{DNS}_loud.c",
     "#include <stdlib.h>\nvoid planted(void)\n{\n    exit(1);§\n}\n"),
    ("limits", f"{DNS}_broken.c", "int planted(void) { return no_such_name; }§\n"),

    ("words", "docs/planted_mark.md", "T\x4fDO: water the plant§\n"),
    ("words", "docs/planted_unfinished.md", "This works f\x6fr now.§\n"),
    ("words", "docs/planted_path.md", "See /h\x6fme/someone/file.§\n"),
    ("words", "docs/planted_registry.md", "From d\x65b.debian.org it comes.§\n"),
    ("words", "docs/planted_size.md", "large§\n" * 1 + "x" * (1 << 20) + "\n"),

    ("shell", "tests/planted_quote.sh", "#!/bin/sh\necho $1§\n"),
    ("shell", "tests/planted_syntax.py", "def planted(:§\n"),
    ("shell", "tests/planted_name.py", "print(no_such_name)§\n"),
    ("shell", "tests/planted_columns.sh", "#!/bin/sh\n# " + "x" * 99 + "§\n"),
    ("shell", "tests/planted_mode.sh", "#!/bin/sh§\n:\n"),

    ("skips", "docs/planted_skips.xml", JUNIT.replace("<testsuite>", "<testsuite>§", 1)),
)

# For the jobs that build: a source with one thing wrong, and what must be said of it.
SHADOW = """int planted(int count);
int planted(int count)
{
    for (int count = 0; count < 3; count++)§
        ;
    return count;
}
"""
UNDEFINED = """int dns_planted(void);
int base_planted(void);
int base_planted(void)
{
    return dns_planted();
}
"""
IMPURE = """#include "base/clock.h"
int planted(void);
int planted(void)
{
    return clock_monotonic_ns() > 0;
}
"""
NULL = """int planted(int count);
int planted(int count)
{
    int *place = 0;
    return count > 3 ? *place : count;§
}
"""
FAILS = """#include "unit.h"
static void a_planted_test_fails(void **state)
{
    (void)state;
    assert_int_equal(1, 2);§
}
static const struct CMUnitTest tests[] = { cmocka_unit_test(a_planted_test_fails) };
RUN_TESTS(tests)
"""
OVERFLOW = """#include <limits.h>
int main(int argc, char **argv)
{
    (void)argv;
    return INT_MAX + argc > 0;§
}
"""
PAST_THE_END = """#include "fuzz/target.h"
FUZZ_TARGET(input)
{
    fuzz_require(input.at[input.size] != 1);§
}
"""


@dataclasses.dataclass(frozen=True)
class Build:
    """One thing that a job must see: a command for a part of the tree, where {} is the name of
    what is sound at first and of the plant afterwards."""
    job: str
    command: str
    sound: str
    planted: str
    files: dict
    said: str  # besides the place of the marked line


def building(preset, target):
    return f"cmake --preset {preset} && cmake --build --preset {preset} --target {target}"


UNIT = building("asan", "unit.base.{0}") + " && ctest --preset asan -R '^unit.base.{0}$'"
REPLAY = building("asan", "fuzz_base_{0}") + " && ctest --preset asan -R '^replay.base.{0}$'"
TIDY = "cmake --preset strict-clang && ci/checks/tidy --build build/strict-clang src/base/{}.c"

BUILDS = (
    Build("gcc", building("strict-gcc", "cupel_{}"), "base", "base",
          {"src/base/planted.c": SHADOW}, "-Werror=shadow"),
    Build("clang", building("strict-clang", "cupel_{}"), "base", "base",
          {"src/base/planted.c": SHADOW}, "-Werror,-Wshadow"),
    Build("links", building("strict-gcc", "check_link_{}"), "base", "base",
          {"src/base/planted.c": UNDEFINED}, "undefined reference to `dns_planted'"),
    Build("pure", building("strict-gcc", "cupel_{}") + " && ci/checks/pure", "dns", "dns",
          {"src/dns/planted.c": IMPURE},
          "src/dns/planted.c:1: reaches clock_gettime through src/base/clock.c"),
    Build("tidy", TIDY, "bytes", "planted", {"src/base/planted.c": NULL}, "NullDereference"),
    Build("unit", UNIT, "bytes", "planted",
          {"tests/unit/base/test_planted.c": FAILS}, "a_planted_test_fails"),
    Build("ubsan", UNIT, "bytes", "planted",
          {"tests/unit/base/test_planted.c": OVERFLOW}, "signed integer overflow"),
    Build("asan", REPLAY, "reader_writer", "planted",
          {"fuzz/base/fuzz_planted.c": PAST_THE_END, "corpus/base/planted/one-octet": "x"},
          "heap-buffer-overflow"),
)
