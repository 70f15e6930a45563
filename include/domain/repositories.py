"""Where a service's repository is, and what opens it."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from include.domain.errors import BadInput

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Transport(StrEnum):
    """How it is reached: a path of this machine, or a remote."""

    HERE = "here"
    HTTPS = "https"
    SSH = "ssh"


@dataclass(frozen=True)
class Access:
    """What opens a remote: `user` and `token` over https, the private key `key` (its text) over ssh, where the host
    must be in the file `known_hosts` ("": in the user's own). `connection` is the name of what they came from. No
    secret is in its repr."""

    connection: str
    user: str = ""
    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    known_hosts: str = ""


def transport(repository: str) -> Transport:
    """BadInput for what is none of a path, a file:// URL, an https:// URL, ssh://git@host/path and git@host:path."""
    url = urlsplit(repository)
    if url.scheme in ("https", "http"):
        return Transport.HTTPS
    if (url.scheme == "ssh" and url.hostname) or re.fullmatch(r"[\w.-]+@[\w.-]+:[^:]+", repository):
        return Transport.SSH
    if url.scheme == "file" and url.netloc in ("", "localhost"):
        return Transport.HERE
    if "://" in repository or re.match(r"-|[\w.@-]+:", repository) or not repository:
        raise BadInput(f"{shown(repository)!r} is no repository: give a path, a file:// URL, an https:// URL or one of "
                       "ssh (ssh://git@host/path, git@host:path)")
    return Transport.HERE


def shown(repository: str) -> str:
    """The URL without what may be a password."""
    return re.sub(r"(?<=://)[^/@]*@", "", repository)


def why_not(repository: str, connection: str) -> str:
    """Why a service cannot declare the two together; "" where it can."""
    try:
        by = transport(repository)
    except BadInput as error:
        return str(error)
    if by == Transport.HTTPS and "@" in urlsplit(repository).netloc:
        return "it holds a user or a password: keep them in an Airflow connection, and name it as repository_connection"
    if by == Transport.SSH and urlsplit(repository).password:
        return "it holds a password: ssh is opened with the private key of the repository_connection"
    if by == Transport.SSH and not connection:
        return "ssh needs a repository_connection with a private key"
    if by == Transport.HERE and connection:
        return f"it is on this machine and needs no repository_connection {connection}"
    if connection and urlsplit(repository).scheme == "http" and urlsplit(repository).hostname not in LOOPBACK:
        return "over http a token is sent for everybody to read: use https"
    return ""
