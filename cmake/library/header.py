"""What a header of ours says, read from its text: its first comment, and then its items in order,
each with the comment above it. The headers keep to one layout (`ci/check format limits`), and what
does not keep to it stops the build here with its line."""

import dataclasses
import pathlib
import re

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ITEM = re.compile(r"(?P<comment>/\*(?s:.*?)\*/)|(?P<directive>#[^\n]*(?:(?<=\\)\n[^\n]*)*)")
INCLUDE = re.compile(r'^#include ["<](?P<path>[^">]+)[">]$', re.MULTILINE)
NAME_BEFORE_PARENTHESIS = re.compile(r"(?P<name>\w+)\(")


class Wrong(Exception):
    """A header is not as headers of ours are; the text says where and what."""


@dataclasses.dataclass
class Item:
    kind: str  # macro, enum, struct, type, function, inline or variable
    name: str
    text: str  # as it stands in the header; of an inline function, its declaration
    comment: str  # the comment above it, without its marks; a row of macros shares one


@dataclasses.dataclass
class Header:
    path: str  # as it is included: "dns/name.h"
    comment: str
    includes: list
    items: list

    def names(self, *kinds):
        return [item.name for item in self.items if item.kind in kinds]


def words_of(comment):
    """The text of a comment without its marks."""
    lines = comment[2:-2].split("\n")
    return "\n".join(re.sub(r"^ \* ?", "", line.rstrip()) for line in lines).strip()


def end_of_statement(text, start):
    """One past the ';' or '}' that ends what begins at `start`, comments and brackets passed."""
    depth, at = 0, start
    while at < len(text):
        if text.startswith("/*", at):
            at = text.index("*/", at) + 2
            continue
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(text[at], 0)
        at += 1
        if depth == 0 and text[at - 1] == ";":
            return at
        if depth == 0 and text[at - 1] == "}" and not re.match(r"\s*;", text[at:]):
            return at
    raise Wrong("a statement does not end")


def item_of(statement, comment):
    """The item that a statement outside of braces declares."""
    bare = COMMENT.sub(" ", statement)
    kind = re.match(r"(enum|struct) (\w+)\s*\{", bare)
    if kind:
        return Item(kind[1], kind[2], statement, comment)
    call = NAME_BEFORE_PARENTHESIS.search(bare)
    if bare.startswith("static inline "):
        declaration = statement[len("static inline "):statement.index("{")].rstrip() + ";"
        return Item("inline", call["name"], declaration, comment)
    if bare.startswith("typedef "):
        return Item("type", re.search(r"\(\*(\w+)\)", bare)[1], statement, comment)
    if bare.startswith("extern "):
        return Item("variable", re.search(r"(\w+)(\[[^]]*\])*;$", bare)[1], statement, comment)
    if re.fullmatch(r"struct \w+;", bare):
        return None  # another header's, named in passing
    if call is None:
        raise Wrong(f"no declaration that is known: {bare[:60]}")
    return Item("function", call["name"], statement, comment)


def items_of(text):
    """The items below the includes."""
    at, comment, items = 0, "", []
    while at < len(text):
        if text[at].isspace():
            # An empty line parts a comment from what it is not about.
            if text.startswith("\n\n", at):
                comment = ""
            at += 1
            continue
        found = ITEM.match(text, at)
        if found and found["comment"]:
            comment, at = words_of(found["comment"]), found.end()
        elif found:
            macro = re.match(r"#define (\w+)", found["directive"])
            items += [Item("macro", macro[1], found["directive"], comment)] if macro else []
            at = found.end()
        else:
            end = end_of_statement(text, at)
            item = item_of(text[at:end], comment)
            items += [item] if item else []
            at = end
    return items


def read(root, path):
    """The header `path` below `root`."""
    text = (pathlib.Path(root) / path).read_text(encoding="utf-8")
    guard = text.find("#pragma once")
    first = COMMENT.match(text)
    if guard < 0 or not first:
        raise Wrong(f"{path}: a header begins with a comment and #pragma once")
    rest = text[guard + len("#pragma once"):]
    try:
        return Header(path, words_of(first[0]), INCLUDE.findall(rest), items_of(rest))
    except (Wrong, TypeError, ValueError) as reason:
        raise Wrong(f"{path}: {reason}") from reason


def table_rows(root, path, macro):
    """The rows `macro(argument, …)` of a .def table, each as its arguments."""
    text = COMMENT.sub(" ", (pathlib.Path(root) / path).read_text(encoding="utf-8"))
    rows = []
    for call in re.finditer(rf"^{macro}\(", text, re.MULTILINE):
        at, depth, arguments, quoted = call.end(), 0, [""], False
        while depth >= 0:
            letter = text[at]
            quoted ^= letter == '"' and text[at - 1] != "\\"
            depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
            if letter == "," and depth == 0 and not quoted:
                arguments.append("")
            elif depth >= 0:
                arguments[-1] += letter
            at += 1
        rows.append([" ".join(argument.split()) for argument in arguments])
    return rows


def expand(root, text):
    """A declaration with the rows of its .def tables in place of the lines that include them."""
    macros, out = {}, []
    for line in text.split("\n"):
        define = re.match(r"#define (\w+)\(([^)]*)\) (.*)$", line)
        include = INCLUDE.match(line)
        if define:
            parameters = [word.strip() for word in define[2].split(",")]
            macros[define[1]] = (parameters, define[3])
        elif include:
            out += [line for macro, shape in macros.items()
                    for line in enumerators(table_rows(root, include["path"], macro), *shape)]
        elif line.startswith("#undef"):
            macros.pop(line.split()[1], None)
        else:
            out.append(line)
    return "\n".join(out)


def enumerators(rows, parameters, body):
    """A line for each row; a row's sentence, where it ends with one, stands below it."""
    for row in rows:
        line = body
        for parameter, argument in zip(parameters, row):
            line = re.sub(rf"##{parameter}\b|\b{parameter}\b", lambda _, a=argument: a, line)
        line = re.sub(r"\((\d+)\)", r"\1", line)
        said = row[-1] if row[-1].startswith('"') and " " in row[-1] else ""
        yield f"    {line}" + (f"\n        /* {said[1:-1]} */" if said else "")
