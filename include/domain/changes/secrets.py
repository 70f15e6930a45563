"""Lines of text that look like secrets are never shown, whoever wrote them where."""

import re
from collections.abc import Iterable

from include.domain.config.secret_values import is_secret
from include.domain.hidden import HIDDEN

BEGIN, END = re.compile(r"-----BEGIN "), re.compile(r"-----END ")


def hidden_lines(lines: Iterable[str]) -> list[str]:
    """One that looks like a secret, by what it sets or by what is in it, is hidden; so is a block that begins and ends
    as keys do."""
    told, inside = [], False
    for line in lines:
        inside = inside or bool(BEGIN.search(line))
        told.append(HIDDEN if inside or is_secret(line, line) else line)
        inside = inside and not END.search(line)
    return told
