"""What looks like a secret is never shown, whoever wrote it where: better hidden too often than once too seldom."""

import re
from collections.abc import Iterable

from include.domain.hidden import HIDDEN

_KEYS = re.compile(
    r"pass(word|wd|phrase)|(^|[_.\- ])pass($|[_.\- ])|pwd|secret|token|credential|"
    r"(private|api|access|account|encryption|signing|master|shared|ssh|license|auth|storage)[_.\- ]?key|"
    r"authorization|bearer|cookie|(^|[_.\- ])(auth|key|salt|pin|dsn|sas|jwt|pat)($|[_.\- ])|"
    r"connection[_.\- ]?string|webhook|signature|htpasswd",
    re.IGNORECASE)
_VALUES = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@"                               # a password in a URL
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b"                         # AWS
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[a-z]-[\w-]{8,}|\bsk-[\w-]{16,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\."                         # a JSON web token
    r"|-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)"
    r"|(?<![A-Za-z0-9+/=_-])(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[a-z])(?=[A-Za-z0-9+/_-]*[A-Z])"
    r"[A-Za-z0-9+/_-]{32,}={0,2}")                          # long, and of all sorts of characters
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")               # dbPassword is db_Password
BEGIN, END = re.compile(r"-----BEGIN "), re.compile(r"-----END ")


def is_secret_key(key: str) -> bool:
    return bool(_KEYS.search(_WORD.sub("_", key)))


def is_secret_value(value: str) -> bool:
    return bool(_VALUES.search(value))


def is_secret(key: str, value: str) -> bool:
    return is_secret_key(key) or is_secret_value(value)


def hidden_lines(lines: Iterable[str]) -> list[str]:
    """One that looks like a secret, by what it sets or by what is in it, is hidden, and so is all of a
    block that begins and ends as keys do."""
    told, inside = [], False
    for line in lines:
        inside = inside or bool(BEGIN.search(line))
        told.append(HIDDEN if inside or is_secret(line, line) else line)
        inside = inside and not END.search(line)
    return told
