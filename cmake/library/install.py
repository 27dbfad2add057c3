"""The headers of a library as they are installed, which are also those that it is compiled with.

They differ from those of the tree in three ways. Includes are relative, so that any folder may
stand above them. What they declare is visible in the shared object, where all else is hidden. And
what has no prefix of its own in the tree gets one for the linker, so that a program may have a
text_append() of its own."""

import os
import pathlib
import re

import header

OWN_INCLUDE = re.compile(r'^#include "(?P<path>[^"]+)"$', re.MULTILINE)
LAST_INCLUDE = re.compile(r"#pragma once\n(?:\n?#include [^\n]+\n)*")


def relative(text, folder):
    return OWN_INCLUDE.sub(
        lambda found: f'#include "{os.path.relpath(found["path"], folder)}"', text)


def renamed(library, path, names):
    lines = [f"#define {name} {library.symbol_of(path, name)}\n" for name in names
             if library.symbol_of(path, name) != name]
    return "\n/* As the linker knows them. */\n" + "".join(lines) if lines else ""


def installed(library, path):
    """The text of one header."""
    text = (pathlib.Path(library.source) / path).read_text(encoding="utf-8")
    names = header.read(library.source, path).names("function", "variable")
    text = relative(text, os.path.dirname(path))
    begin = LAST_INCLUDE.search(text).end()
    return (text[:begin] + renamed(library, path, names)
            + "\n#pragma GCC visibility push(default)\n" + text[begin:]
            + "\n#pragma GCC visibility pop\n")


def write_changed(path, text):
    """Write a file, but for one that holds this text already: what includes it is then not old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def headers(library, output):
    root = pathlib.Path(output) / "cupel"
    for path in library.headers:
        write_changed(root / path, installed(library, path))
    for path in library.tables:
        text = (pathlib.Path(library.source) / path).read_text(encoding="utf-8")
        write_changed(root / path, relative(text, os.path.dirname(path)))
    wanted = {root / path for path in library.headers + library.tables}
    for path in root.rglob("*.*"):
        if path not in wanted:  # it was for users before
            path.unlink()
    return 0
