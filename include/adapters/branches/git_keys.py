"""Private keys that libssh2 can use. What it cannot use must never reach it: with an RSA key, libssh2 1.11.1 writes
past the end of its memory as soon as the server speaks of rsa-sha2, and takes the whole process with it."""

import base64
import binascii
import re

from include.domain.errors import BadInput

OPENSSH = re.compile(r"\s*-----BEGIN OPENSSH PRIVATE KEY-----\s(.+?)-----END OPENSSH PRIVATE KEY-----\s*", re.DOTALL)
MAGIC = b"openssh-key-v1\0"
KINDS = (b"ssh-ed25519", b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp384", b"ecdsa-sha2-nistp521")
LENGTH = 4      # bytes that say how long the next field is


def must_be_usable(key: str, connection: str) -> None:
    """BadInput says what to give in its place; the kind is not encrypted, with or without a passphrase."""
    kind = _kind(key)
    if kind is None:
        raise BadInput(f"connection {connection}: its private key is not in the format of OpenSSH; ssh-keygen writes "
                       "it, and ssh-keygen -p rewrites another one")
    if kind not in KINDS:
        name = kind.decode("ascii", "replace")[:40]
        raise BadInput(f"connection {connection}: its private key is of the kind {name}, which cannot be used; make "
                       "another one with ssh-keygen -t ed25519")


def _kind(key: str) -> bytes | None:
    found = OPENSSH.fullmatch(key)
    try:
        body = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
    except binascii.Error:
        return None
    if not body.startswith(MAGIC):
        return None
    rest = body[len(MAGIC):]
    for _ in ("cipher", "derivation of the key", "its options"):
        rest = _field(rest)[1]
    public = _field(rest[LENGTH:])[0]       # after the number of keys
    return _field(public)[0] or None


def _field(rest: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(rest[:LENGTH], "big")
    return rest[LENGTH:LENGTH + size], rest[LENGTH + size:]
