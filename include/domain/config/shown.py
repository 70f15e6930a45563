"""What is kept of a configuration's values: a secret's marker, and the beginning of what is long."""

from collections.abc import Mapping
from hashlib import sha256

from include.domain.config.secret_values import is_secret
from include.domain.hidden import hide, is_hidden

LONGEST = 2_000     # characters of a value; of what is longer, a digest tells whether it changed


def shown(values: Mapping[str, str], key: str, *place: str) -> dict[str, str]:
    """`key` signs the markers of secrets; `place` says where these values are in force."""
    return {name: hide(value, key, *place, name) if is_secret(name, value) or is_hidden(value) else _cut(value)
            for name, value in values.items()}


def _cut(value: str) -> str:
    if len(value) <= LONGEST:
        return value
    return f"{value[:LONGEST]}… ({len(value)} characters, SHA-256 {sha256(value.encode()).hexdigest()[:16]})"
