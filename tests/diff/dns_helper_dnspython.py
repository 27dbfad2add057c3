#!/usr/bin/python3 -B
"""dnspython as a peer: a program that reads messages from standard input, each with its size in
front (32 bits, in the order of the machine), and answers each with a view: see dns_view.h.

A TSIG record is read, but its signature is not verified, since keys are no matter here; and a
message that has one is not written again, since it would be signed anew.

Types are looked up in class IN before all others: dnspython keeps what it finds of a type in class
ANY, as an update has it, for all classes, so that what it makes of a message would depend on those
before it."""

import struct
import sys

import dns.exception
import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig

SIZE = struct.Struct("=I")
FIELDS_ONLY = 0x80000000  # of the size: nothing is to be printed or written (dns_peer.h)
Z = 0x40
MESSAGE_MAX = 65535


def any_key(_message, name):
    return dns.tsig.Key(name, b"")


def octets(value):
    return value.hex() or "-"


def printed(value):
    """One line, without blanks at its end, and without NULs, which would end it."""
    return value.replace("\0", "\\000").replace("\t", " ").replace("\n", " ").rstrip(" ") or "-"


def text_of(rdata):
    try:
        return printed(rdata.to_text(chunksize=0))
    except TypeError:  # it has another size of chunks for this type
        return printed(rdata.to_text())
    except Exception as error:  # what it raises is part of what it does
        return f"(unprintable: {type(error).__name__})"


def entry(section, rrset, fields_only):
    """The line of a record; each stands in a set of its own."""
    rdclass = rrset.rdclass if rrset.deleting is None else rrset.deleting
    rdata, text, ttl = "-", "-", rrset.ttl
    for one in rrset:
        rdata, text = octets(one.to_wire()), "-" if fields_only else text_of(one)
    return (f"entry\t{section}\t{octets(rrset.name.to_wire())}\t{int(rrset.rdtype)}\t{int(rdclass)}"
            f"\t{ttl}\t{rdata}\t{text}")


def entries(message, fields_only):
    for rrset in message.sections[0]:
        yield (f"entry\t0\t{octets(rrset.name.to_wire())}\t{int(rrset.rdtype)}\t"
               f"{int(rrset.rdclass)}\t-\t-\t-")
    for number in (1, 2, 3):
        for rrset in message.sections[number]:
            yield entry(number, rrset, fields_only)
    if message.opt is not None:
        yield entry(3, message.opt, fields_only)
    if message.tsig is not None:
        yield entry(3, message.tsig, fields_only)


def written(message):
    """What it writes, as a line; or none, where it does not fit."""
    if message.tsig is not None:
        return []
    try:
        return ["wire\t" + message.to_wire(max_size=MESSAGE_MAX).hex()]
    except dns.exception.TooBig:
        return []


def lines(wire, fields_only):
    try:
        message = dns.message.from_wire(wire, keyring=any_key, one_rr_per_rrset=True)
        return ["accept", f"header\t{message.id} {int(message.flags) & ~Z:04x}",
                *entries(message, fields_only), *([] if fields_only else written(message))]
    except Exception as error:  # any of them is a refusal
        return [f"refuse\t{type(error).__name__}"]


def main():
    dns.tsig.validate = lambda *_: None
    for rdtype in dns.rdatatype.RdataType:
        dns.rdata.get_rdata_class(dns.rdataclass.IN, rdtype)
    while size := sys.stdin.buffer.read(SIZE.size):
        asked = SIZE.unpack(size)[0]
        wire = sys.stdin.buffer.read(asked & ~FIELDS_ONLY)
        answer = "".join(line + "\n" for line in lines(wire, asked & FIELDS_ONLY))
        answer = answer.encode("latin-1", "replace")
        sys.stdout.buffer.write(SIZE.pack(len(answer)) + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
