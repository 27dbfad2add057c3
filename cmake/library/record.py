"""The records of a library's ABI, and what they are compared with.

<library>.symbols: the SONAME, and each symbol with the version that brought it. It is also what the
linker exports. A symbol that was in a release stays for as long as the SONAME does.

<library>.layout: what programs have compiled into them, on x86-64: sizes and offsets of structs,
the numbers of enumerators, the values of macros."""

import os
import pathlib
import platform
import re
import subprocess
import tempfile

import header
import install

SYMBOL_LINE = re.compile(r"(?P<symbol>\w+) (?P<since>\d[\d.]*)")
ENUMERATOR = re.compile(r"^\s*(\w+)\s*(?:=[^,]*)?(?:,|$)", re.MULTILINE)
MEMBER = re.compile(r"(\w+)\s*(?:\[[^;]*\])*$")


def versions_of(text):
    """The SONAME of a symbol record, and its symbols with the version that brought each."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = [SYMBOL_LINE.fullmatch(line) for line in lines[1:]]
    if not lines or None in rows:
        raise header.Wrong("a symbol record is a SONAME, and then lines of a symbol and a version")
    return lines[0], {row["symbol"]: row["since"] for row in rows}


def read_symbols(library):
    return versions_of(pathlib.Path(library.symbols).read_text(encoding="utf-8"))


def write_versions(library, output):
    soname, symbols = read_symbols(library)
    node = re.sub(r"\W", "_", soname.replace(".so.", "_"))
    lines = "".join(f"        {symbol};\n" for symbol in sorted(symbols))
    install.write_changed(pathlib.Path(output),
                          f"{node} {{\n    global:\n{lines}    local:\n        *;\n}};\n")
    return 0


def write_names(library, output):
    """For objcopy: what is called otherwise than in the tree; and, in files beside it, all that
    stays, and, for the linker, what that is called in the tree."""
    _, symbols = read_symbols(library)
    pairs = [(name, library.symbol_of(one.path, name)) for one in library.read_headers
             for name in one.names("function", "variable")]
    install.write_changed(pathlib.Path(output), "".join(
        f"{name} {symbol}\n" for name, symbol in pairs if name != symbol))
    install.write_changed(pathlib.Path(f"{output}.exported"),
                          "".join(f"{symbol}\n" for symbol in sorted(symbols)))
    install.write_changed(pathlib.Path(f"{output}.wanted"),
                          "".join(f"--undefined={name}\n" for name, symbol in pairs
                                  if symbol in symbols))
    return 0


def number(version):
    return tuple(int(part) for part in version.split("."))


def is_released(library, since):
    return number(since) < number(library.version)


def tool(*command):
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise header.Wrong(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


def exported(library):
    """What the shared object defines for others."""
    said = tool("nm", "--dynamic", "--defined-only", "--format=posix", library.shared)
    rows = [line.split() for line in said.splitlines()]
    return {row[0].split("@")[0] for row in rows if row[1] != "A"}


def released_before(library):
    """Symbols that an earlier state of the record had under the same SONAME, and that a release had
    too: {symbol: version}. The history is git's; where there is none, there is nothing to say."""
    folder, name = os.path.split(os.path.abspath(library.symbols))
    try:
        commits = tool("git", "-C", folder, "log", "--format=%H", "--", name).split()
        states = [versions_of(tool("git", "-C", folder, "show", f"{commit}:./{name}"))
                  for commit in commits]
    except (header.Wrong, OSError):
        return {}
    now, _ = read_symbols(library)
    return {symbol: since for soname, symbols in states if soname == now
            for symbol, since in symbols.items() if is_released(library, since)}


# --- what programs have compiled into them

def members(struct):
    """The names of a struct's members."""
    body = header.COMMENT.sub(" ", struct.text)
    inner = body[body.index("{") + 1:body.rindex("}")]
    if "{" in inner or "(" in inner or ":" in inner:
        raise header.Wrong(f"struct {struct.name}: a member that the layout record cannot name")
    return [MEMBER.search(part.strip())[1] for part in inner.split(";") if part.strip()]


def enumerators(library, item):
    text = header.COMMENT.sub(" ", header.expand(library.source, item.text))
    return ENUMERATOR.findall(text[text.index("{") + 1:text.rindex("}")].replace(", ", ",\n"))


def probes(library):
    """Lines of C that print the layout record."""
    for one in library.read_headers:
        for item in one.items:
            if item.kind == "struct":
                yield f'SIZE("struct {item.name}", struct {item.name})'
                for member in members(item):
                    yield f'MEMBER("struct {item.name}", struct {item.name}, {member})'
            elif item.kind == "enum":
                yield from (f'NUMBER("{name}", {name})' for name in enumerators(library, item))
            elif item.kind == "macro" and re.match(r"#define \w+ [^\"]", item.text):
                yield f'NUMBER("{item.name}", {item.name})'


PROBE = """#include <stddef.h>
#include <stdio.h>
{includes}
#define SIZE(name, type) printf("%s: %zu octets\\n", name, sizeof(type));
#define MEMBER(name, type, member) printf("%s: %s at %zu, %zu octets\\n", name, #member, \\
        offsetof(type, member), sizeof(((type *)0)->member));
#define NUMBER(name, value) printf("%s = %lld\\n", name, (long long)(value));
int main(void)
{{
{probes}
    return 0;
}}
"""


def layout(library):
    """The layout record as it is now."""
    text = PROBE.format(
        includes="\n".join(f'#include "cupel/{path}"' for path in library.headers),
        probes="\n".join(probes(library)))
    with tempfile.TemporaryDirectory(prefix="cupel-layout-") as folder:
        source, program = os.path.join(folder, "layout.c"), os.path.join(folder, "layout")
        pathlib.Path(source).write_text(text, encoding="utf-8")
        tool(library.compiler, "-std=c17", f"-I{library.staged}", "-o", program, source)
        return tool(program)


def layout_of_record(library):
    lines = pathlib.Path(library.layout).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#"))


# --- what is compared

def differences(library):
    """All that is not as the records say, a sentence each."""
    symbols_name, layout_name = (os.path.basename(path)
                                 for path in (library.symbols, library.layout))
    _, recorded = read_symbols(library)
    for path in library.of_the_layer:
        if path not in library.headers and not {path, "*"} & set(library.internal):
            yield f"{path}: is neither among the HEADERS nor among the INTERNAL of {library.name}"
    for symbol in sorted(library.declared.keys() - recorded.keys()):
        yield f"{library.declared[symbol]}: {symbol} is declared, but not in {symbols_name}"
    for symbol in sorted(recorded.keys() - library.declared.keys()):
        yield f"{symbols_name}: no installed header declares {symbol}"
    there = exported(library)
    for symbol in sorted(there - recorded.keys()):
        yield f"{symbols_name}: the shared object exports {symbol}, too"
    for symbol in sorted(recorded.keys() - there):
        yield f"{symbols_name}: the shared object does not export {symbol}"
    for symbol, since in sorted(released_before(library).items()):
        if symbol not in recorded:
            yield (f"{symbols_name}: {symbol} (since {since}) is gone: "
                   "programs need it until the SONAME is another")
    yield from layout_differences(library, layout_name)


def layout_differences(library, name):
    if platform.machine() != "x86_64":
        return
    before = layout_of_record(library).splitlines()
    now = layout(library).splitlines()
    for line in sorted(set(before) - set(now)):
        yield f"{name}: '{line}' is so no more"
    for line in sorted(set(now) - set(before)):
        yield f"{name}: '{line}' is new"


def check(library):
    found = list(differences(library))
    for sentence in found:
        print(sentence)
    return 1 if found else 0


def with_comments(path, text):
    """A record with the comment lines that it has."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#")) + text


def update(library):
    soname, recorded = read_symbols(library)
    for symbol, since in recorded.items():
        if symbol not in library.declared and is_released(library, since):
            raise header.Wrong(f"{symbol} was in {since}: without it, {soname} is another library")
    lines = "".join(f"{symbol} {recorded.get(symbol, library.version)}\n"
                    for symbol in sorted(library.declared))
    pathlib.Path(library.symbols).write_text(
        with_comments(library.symbols, f"{soname}\n{lines}"), encoding="utf-8")
    pathlib.Path(library.layout).write_text(
        with_comments(library.layout, layout(library)), encoding="utf-8")
    return 0
