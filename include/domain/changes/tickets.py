"""Ticket ids in what people wrote, and what the ticket store says of them."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

# A number of Jira never begins with 0; what goes on with more digits is a version, a date or a CVE.
TICKET_ID = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{1,31})-([1-9][0-9]{0,8})(?![A-Za-z0-9_])(?!-[0-9])(?!\.[0-9])")

# They look like ids, and are names of encodings, hashes, standards, licences and machines.
NO_PROJECTS = frozenset({
    "AES", "AGPL", "ARM", "ARMV", "BASE", "BLAKE", "BLAKE2", "BSD", "CAMELLIA", "CC", "CHACHA", "CHACHA20",
    "COVID", "CP", "CRC", "CVE", "CWE", "DES", "DSA", "ECMA", "EUC", "FIPS", "GHSA", "GPL", "GOST", "HMAC",
    "HTTP", "HTTP2", "IBM", "IEC", "IEEE", "ISO", "JIS", "KOI8", "LATIN", "LGPL", "MD", "MPEG", "MPL", "NIST",
    "OWASP", "PBKDF2", "PEP", "PKCS", "POLY1305", "RFC", "RSA", "SHA", "SHA1", "SHA2", "SHA3", "SHAKE", "SSL",
    "SSLV", "TLS", "TLSV", "UCS", "UTC", "UTF", "WCAG", "WINDOWS", "X86"})


@dataclass(frozen=True)
class Ticket:
    """A ticket as people wrote it: untrusted text. `url` is where a person reads it."""

    id: str
    summary: str
    status: str
    url: str


def ticket_ids(text: str, projects: Collection[str] = ()) -> tuple[str, ...]:
    """In the order in which they are named, each once; only of these projects, where any are given."""
    return tuple(dict.fromkeys(_found(text, projects)))


def all_ids(texts: Iterable[str], projects: Collection[str] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for text in texts for found in _found(text, projects)))


def _found(text: str, projects: Collection[str]) -> Iterator[str]:
    for match in TICKET_ID.finditer(text):
        project = match[1]
        if project in projects or (not projects and project not in NO_PROJECTS):
            yield match[0]
