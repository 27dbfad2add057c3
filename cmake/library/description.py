"""A library as cupel_library() describes it."""

import dataclasses
import functools
import json
import os
import pathlib

import header


@dataclasses.dataclass(frozen=True)
class Library:
    name: str        # cupel-dns
    version: str     # of the project
    about: str       # one line
    source: str      # the folder of all layers: src
    layer: str       # the layer that it is made of: dns
    headers: list    # those that are installed, in the order of the manual
    tables: list     # .def files that these include
    internal: list   # headers of the layer that are not
    symbols: str     # the record of what is exported
    layout: str      # the record of what is compiled into programs
    staged: str      # where the headers stand as they are installed
    shared: str      # the shared object
    compiler: str
    overview: str    # the manual page that begins it all, and the example in it
    example: str
    example_output: str

    @functools.cached_property
    def read_headers(self):
        return [header.read(self.source, path) for path in self.headers]

    def symbol_of(self, path, name):
        """The linker's name for what a header calls `name`. Those of the layer say whose they are;
        those of the layers below are short, and get a prefix."""
        return name if path.startswith(f"{self.layer}/") else f"cupel_{name}"

    @functools.cached_property
    def declared(self):
        """Each symbol that the headers declare, and the header."""
        return {self.symbol_of(one.path, name): one.path
                for one in self.read_headers for name in one.names("function", "variable")}

    @functools.cached_property
    def of_the_layer(self):
        """All headers of the layer, installed or not."""
        folder = pathlib.Path(self.source) / self.layer
        return sorted(f"{self.layer}/{path.name}" for path in folder.glob("*.h"))


def read(path):
    with open(path, encoding="utf-8") as stream:
        library = json.load(stream)
    # Paths in it are from its own folder.
    here = os.path.dirname(os.path.abspath(path))
    for key in ("source", "symbols", "layout", "staged", "shared", "overview", "example",
                "example_output"):
        library[key] = os.path.join(here, library[key])
    return Library(**library)
