"""Keys and values of two places compared. What is or may be a secret is told to have changed, and never shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from include.domain.changes.libraries import How
from include.domain.changes.text import shown
from include.domain.config.secret_values import is_secret
from include.domain.hidden import HIDDEN, differ, is_hidden

MOST_OF_A_VALUE = 500           # characters
PERHAPS = "perhaps changed"     # both are hidden, and nothing tells whether they are the same


@dataclass(frozen=True)
class KeyChange:
    """One key: untrusted text. `how` is added, removed, changed, or PERHAPS."""

    key: str
    how: str
    old: str
    new: str


@dataclass(frozen=True)
class ConfigChanges:
    """Of one environment and region ("": what holds for all of them). `unknown` says why nothing can be told."""

    environment: str
    region: str
    keys: tuple[KeyChange, ...]
    unknown: str = ""


def key_changes(old: Mapping[str, str], new: Mapping[str, str],
                hides: Callable[[str, str], bool] = is_secret) -> tuple[KeyChange, ...]:
    """By key. `hides` says whether the value of a key may not be shown."""
    found = (_changed(key, old.get(key), new.get(key), hides) for key in sorted(old.keys() | new.keys()))
    return tuple(change for change in found if change)


def _changed(key: str, old: str | None, new: str | None, hides: Callable[[str, str], bool]) -> KeyChange | None:
    if old == new and (old is None or not is_hidden(old) or differ(old, new) is False):
        return None
    told = shown(key, MOST_OF_A_VALUE)
    if old is None:
        return KeyChange(told, How.ADDED, "", _value(key, new, hides))
    if new is None:
        return KeyChange(told, How.REMOVED, _value(key, old, hides), "")
    how = PERHAPS if differ(old, new) is None else How.CHANGED
    return KeyChange(told, how, _value(key, old, hides), _value(key, new, hides))


def _value(key: str, value: str, hides: Callable[[str, str], bool]) -> str:
    """Whoever kept it should have hidden it; we look again."""
    return HIDDEN if is_hidden(value) or hides(key, value) else shown(value, MOST_OF_A_VALUE)
