"""What every check in this folder needs: the files of the tree, findings, and one exit status.

A check is a program `ci/checks/<name>`: it says one line `file:line: sentence` for each finding,
nothing when all is well, and exits 0 or 1 (2: it could not do its work).
"""

import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_OURS = ("corpus/", "build/")  # bytes on purpose, and what was made from the rest


class Cannot(Exception):
    """The check could not do its work; the text says why in one sentence."""


def files():
    """Paths of all files of the tree, relative to its root, sorted; ignored files are not in it."""
    git = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if git.returncode == 0:
        names = git.stdout.decode("utf-8", "surrogateescape").split("\0")
    else:  # an unpacked archive has no .git
        names = [str(path.relative_to(ROOT)) for folder in ROOT.iterdir()
                 if folder.name not in (".git", "build")
                 for path in (folder, *folder.rglob("*"))]
    return sorted({name for name in names if name and is_file(name)})


def is_file(name):
    path = ROOT / name
    return path.is_file() and not path.is_symlink()


def read_bytes(name):
    return (ROOT / name).read_bytes()


def read_text(name):
    """The text of a file, or None if it is not text."""
    content = read_bytes(name)
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_c(name):
    return name.endswith((".c", ".h"))


def interpreter(name):
    """The language that a script's first line names: 'bash', 'sh', 'python3', …, or ''."""
    with open(ROOT / name, "rb") as stream:
        first = stream.readline(200).decode("utf-8", "replace").strip()
    if not first.startswith("#!"):
        return ""
    words = [os.path.basename(word) for word in first[2:].split() if not word.startswith("-")]
    return words[-1] if words else ""


def run(*command):
    """Run a tool from the root; its exit status and all that it said."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
    except FileNotFoundError as missing:
        raise Cannot(f"{command[0]} is not installed (ci/setup installs it)") from missing
    return done.returncode, done.stdout.decode("utf-8", "replace")


def chosen(names, all_files, wanted):
    """Of all files those that a check wants, narrowed to those named on its command line."""
    ours = [name for name in all_files if not name.startswith(NOT_OURS) and wanted(name)]
    if not names:
        return ours
    asked = {os.path.relpath(os.path.realpath(name), ROOT) for name in names}
    for name in sorted(asked):
        if not is_file(name):
            raise Cannot(f"{name}: no such file in {ROOT}")
    return [name for name in ours if name in asked]


def parser(description):
    """The options that all checks share; `description` is the check's own docstring."""
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("files", nargs="*", metavar="FILE",
                        help="look at these files alone (default: all of the tree)")
    return result


def report(findings):
    """Print findings as (file, line, sentence) and give the exit status."""
    for name, line, sentence in sorted(set(findings)):
        print(f"{name}:{line}: {sentence}")
    return 1 if findings else 0


def main(check):
    """Run `check()`, which gives findings, and leave with its exit status."""
    try:
        sys.exit(report(check()))
    except Cannot as reason:
        print(f"{os.path.basename(sys.argv[0])}: {reason}", file=sys.stderr)
        sys.exit(2)
