"""What stands in the archive in place of a secret: a marker that tells whether it changed, and nothing else.

The marker is an HMAC, since a plain hash of a short password is found by trying words, and a salt that lies beside it
is no obstacle to that. Its key is kept elsewhere; without a key nothing is told. Service, place and key of the value
are part of what is signed: equal secrets of two places are not seen to be equal.
"""

import hmac
import re

from include.domain.errors import BadInput

HIDDEN = "(hidden)"
KEY_LENGTH = 32     # characters at the least: as long as what it makes
_MARKER = re.compile(r"\(hidden(?: ([0-9a-f]{8}) [0-9a-f]{16})?\)")


def hide(value: str, key: str, *place: str) -> str:
    """The marker of this value at this place; without a key (""), one that tells nothing."""
    if not key:
        return HIDDEN
    return f"(hidden {_signed(good_key(key), 'key')[:8]} {_signed(key, 'value', *place, value)[:16]})"


def good_key(key: str) -> str:
    """The key, if it is not easily found."""
    if len(key) < KEY_LENGTH:
        raise BadInput(f"the key that hides secrets has {len(key)} characters; at least {KEY_LENGTH} are needed")
    return key


def is_hidden(value: str) -> bool:
    return _MARKER.fullmatch(value) is not None


def differ(before: str, after: str) -> bool | None:
    """Whether a value of one place changed; None where both are hidden and that cannot be told: no key, or another."""
    old, new = _MARKER.fullmatch(before), _MARKER.fullmatch(after)
    if old and new and (not old[1] or old[1] != new[1]):
        return None
    return before != after


def _signed(key: str, *parts: str) -> str:
    told = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return hmac.new(key.encode(), told, "sha256").hexdigest()
