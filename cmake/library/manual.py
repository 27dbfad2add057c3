"""Manual pages from the headers: one page each, which a link for each of its functions and types
leads to, and the overview, into which the example is put that a test compiles and runs."""

import os
import pathlib
import re

import header

BLOCK_END = "\n.fi\n.RE\n"
WORDS_MAX = 90  # of the sentence behind the names


def page_of(library, path):
    """dns/name.h is told in dns_name(3), base/bytes.h in cupel_bytes(3)."""
    folder, name = os.path.split(path)
    prefix = folder if folder == library.layer else "cupel"
    return f"{prefix}_{os.path.splitext(name)[0]}"


def escape(text, code=False):
    """Text as roff has it; in code, dashes that can be copied."""
    text = text.replace("\\", "\\e")
    text = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", text)
    return text.replace("-", "\\-") if code else text


def line_of(text, code=False):
    """A line that roff takes for no request."""
    line = escape(text, code)
    return "\\&" + line if line.startswith((".", "'")) else line


def code_block(text):
    lines = "\n".join(line_of(line, code=True) for line in text.strip("\n").split("\n"))
    return f".PP\n.RS 4\n.nf\n{lines}{BLOCK_END}"


def section(title, text):
    """A section, if there is anything in it; its first paragraph needs no mark."""
    return f".SH {title}\n{text.removeprefix('.PP' + chr(10))}" if text else ""


def sentence_lines(text):
    """Running text: names between backquotes are set apart."""
    text = re.sub(r"`([^`]+)`", lambda found: f"\x01{found[1]}\x02", text)
    lines = [line_of(line) for line in text.split("\n")]
    return "\n".join(lines).replace("\x01", "\\fI").replace("\x02", "\\fP") + "\n"


def paragraphs(text):
    """The text of a comment: what is indented is code."""
    out = []
    for part in re.split(r"\n{2,}", text):
        if all(line.startswith("    ") for line in part.split("\n")):
            out.append(code_block("\n".join(line[4:] for line in part.split("\n"))))
        else:
            out.append(".PP\n" + sentence_lines(part))
    return "".join(out)


def first_sentence(text):
    """What a page is about, in a line: up to the first full stop, or what stands before it."""
    words = " ".join(text.split("\n\n")[0].split())
    sentence = re.split(r"\.(?: |$)", words)[0]
    while len(sentence) > WORDS_MAX and re.search(r"[,:;(]", sentence):
        sentence = re.split(r"\s*[,:;(][^,:;(]*$", sentence)[0]
    sentence = sentence.replace("`", "")
    # A word of capitals keeps them.
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]


def head(library, name, about, others=()):
    names = ", ".join(escape(word) for word in (name, *others))
    return (f'.TH {name.upper()} 3 "" "cupel {library.version}" "Cupel"\n'
            f".SH NAME\n{names} \\- {escape(about)}\n")


def synopsis(library, one):
    calls = [item.text for item in one.items if item.kind in ("function", "inline")]
    lines = [f"#include <{one.path}>", "", *calls] if calls else [f"#include <{one.path}>"]
    text = "\n".join(line_of(line, code=True) for line in "\n".join(lines).split("\n"))
    flags = escape(f"cc \u2026 $(pkg-config --cflags --libs {library.name})", code=True)
    return f".SH SYNOPSIS\n.nf\n.ft B\n{text}\n.ft R\n.fi\n.PP\n.nf\n{flags}\n.fi\n"


def types(library, one):
    """Macros, enumerations, structs. Macros in a row share the comment above them."""
    out, last = "", None
    for item in one.items:
        if item.kind not in ("macro", "enum", "struct", "type", "variable"):
            last = None
            continue
        text = header.expand(library.source, item.text) if item.kind == "enum" else item.text
        if last and last.kind == item.kind == "macro" and last.comment == item.comment:
            out = out.removesuffix(BLOCK_END) + line_of(text, code=True) + BLOCK_END
        else:
            out += (paragraphs(item.comment) if item.comment else "") + code_block(text)
        last = item
    return section("TYPES AND CONSTANTS", out)


def functions(one):
    out = "".join(f".TP\n.B {escape(item.name)}()\n{sentence_lines(item.comment)}"
                  for item in one.items if item.kind in ("function", "inline"))
    return section("FUNCTIONS", out)


def see_also(library, names):
    words = [f"lib{library.name}", *names]
    return section("SEE ALSO", ",\n".join(f".BR {escape(word, code=True)} (3)"
                                          for word in words) + "\n")


def aliases(library, one):
    """The other names of a page. Types of the layers below have names too short for a page."""
    names = one.names("function", "inline", "variable")
    if one.path.startswith(f"{library.layer}/"):
        names += one.names("enum", "struct", "type")
    return names


def page(library, one, others):
    name = page_of(library, one.path)
    used = [page_of(library, path) for path in one.includes if path in library.headers]
    return (head(library, name, first_sentence(one.comment), others)
            + synopsis(library, one)
            + section("DESCRIPTION", paragraphs(one.comment))
            + types(library, one) + functions(one) + see_also(library, used))


def overview(library):
    """The page that begins it all: what is written, and between that the example."""
    def code(path):
        return code_block(pathlib.Path(path).read_text(encoding="utf-8"))

    listed = "".join(f".TP\n.BR {page_of(library, one.path)} (3)\n"
                     f"{sentence_lines(first_sentence(one.comment))}"
                     for one in library.read_headers)
    text = pathlib.Path(library.overview).read_text(encoding="utf-8")
    parts = {"@VERSION@": library.version, "@PAGES@\n": listed,
             "@EXAMPLE@\n": code(library.example).removeprefix(".PP\n"),
             "@OUTPUT@\n": code(library.example_output)}
    for mark, part in parts.items():
        if mark not in text:
            raise header.Wrong(f"{library.overview}: there is no {mark.strip()}")
        text = text.replace(mark, part)
    return text


def pages(library, output):
    folder = pathlib.Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"lib{library.name}": overview(library)}
    own = {page_of(library, path) for path in library.headers}
    for one in library.read_headers:
        name = page_of(library, one.path)
        others = [word for word in dict.fromkeys(aliases(library, one)) if word not in own]
        texts[name] = page(library, one, others)
        texts |= {word: f".so man3/{name}.3\n" for word in others}
    for old in folder.glob("*.3"):
        old.unlink()
    for name, text in texts.items():
        (folder / f"{name}.3").write_text(text, encoding="utf-8")
    return 0
