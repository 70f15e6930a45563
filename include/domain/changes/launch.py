"""What new instances are launched with, beside those that run.

A push makes the new version of the launch template from the one that runs, and changes its AMI only. So what changed is
what a hand changed since the last push; and what a hand put into a newer version is not in this push at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

from include.domain.changes.config import KeyChange, key_changes
from include.domain.changes.secrets import hidden_lines
from include.domain.changes.text import shown
from include.domain.config.secret_values import is_secret
from include.domain.launch_template import Launches, TemplateVersion

NOT_COMPARED = {"ImageId"}
CONTEXT = 2                 # lines around each change
MOST_LINES, MOST_OF_A_LINE = 400, 300


@dataclass(frozen=True)
class LaunchChanges:
    """One comparison, in a sentence, with what differs: keys of the launch template, and lines of the user data that
    begin with +, - or a space."""

    sentence: str
    keys: tuple[KeyChange, ...] = ()
    user_data: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.keys or self.user_data)


def launch_changes(launches: Launches) -> tuple[LaunchChanges, ...]:
    """What this push changes, what a hand changed since the last one, and what a hand changed that is not pushed."""
    runs, asg = launches.runs, launches.asg
    told = [LaunchChanges(f"nothing but the AMI changes: the new version is made from version {runs.number}, which "
                          f"{asg} runs")]
    if launches.made and launches.made.number != runs.number:
        told.append(_compared(launches.made, runs, f"version {runs.number} was given to {asg} by hand, after version "
                              f"{launches.made.number} was made for it: it is carried over"))
    if launches.newest:
        told.append(_compared(runs, launches.newest, f"version {launches.newest.number}, which {_maker(launches)} on "
                              f"{launches.newest.made_at:%Y-%m-%d}, is not taken: the new version is made from what "
                              "runs"))
    return tuple(told)


def _maker(launches: Launches) -> str:
    by = launches.newest.made_by.rsplit("/", 1)[-1]
    return f"{shown(by, 100)} made" if by else "was made"


def _compared(old: TemplateVersion, new: TemplateVersion, sentence: str) -> LaunchChanges:
    keys = key_changes(flat(old.data), flat(new.data), _hides)
    lines = user_data_diff(old.user_data, new.user_data)
    nothing = "" if keys or lines else "; they do not differ in anything but the AMI"
    return LaunchChanges(sentence + nothing, keys, lines)


def _hides(key: str, value: str) -> bool:
    """The keys are AWS's own (`MetadataOptions.HttpTokens` is no token), but for those of tags."""
    return is_secret(key if ".Tags." in key else "", value)


def flat(data: Mapping[str, Any]) -> dict[str, str]:
    """`BlockDeviceMappings./dev/xvda.Ebs.VolumeSize: 20`: keys as a person would name them."""
    return dict(_flat("", {key: value for key, value in data.items() if key not in NOT_COMPARED}))


def user_data_diff(old: bytes, new: bytes) -> tuple[str, ...]:
    """Lines as of a patch, without its header; one that looks like a secret is shown to have changed, and hidden."""
    if old == new:
        return ()
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return f"- {_no_text(old)}", f"+ {_no_text(new)}"
    told = [shown(line, MOST_OF_A_LINE) for line in _diff(before, after)]
    more = len(told) - MOST_LINES
    return (*told[:MOST_LINES], f"… and {more} more lines") if more > 0 else tuple(told)


def _no_text(body: bytes) -> str:
    return f"{len(body)} bytes, SHA-256 {sha256(body).hexdigest()[:16]}: not all of it is text"


def _diff(old: list[str], new: list[str]) -> Iterator[str]:
    """By the lines as they are; told are those without secrets."""
    before, after = hidden_lines(old), hidden_lines(new)
    for number, group in enumerate(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT)):
        if number:
            yield "…"
        for tag, first, last, first_new, last_new in group:
            if tag == "equal":
                yield from (f"  {line}" for line in before[first:last])
                continue
            yield from (f"- {line}" for line in before[first:last])
            yield from (f"+ {line}" for line in after[first_new:last_new])


def _flat(at: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{at}.{key}" if at else str(key), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        yield from _flat_list(at, value)
    elif value is not None:
        yield at, str(value).lower() if isinstance(value, bool) else str(value)


def _flat_list(at: str, values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """By their names where they have any: a list in another order is the same list."""
    if all(not isinstance(value, Mapping) for value in values):
        yield at, ", ".join(sorted(map(str, values)))
        return
    for number, value in enumerate(values):
        name, inner = _named(value, number)
        yield from _flat(f"{at}.{name}", inner)


def _named(value: Mapping[str, Any], number: int) -> tuple[str, Any]:
    if {"Key", "Value"} == set(value):
        return str(value["Key"]), value["Value"]
    for name in ("DeviceName", "DeviceIndex", "ResourceType", "Name"):
        if name in value:
            return str(value[name]), {key: inner for key, inner in value.items() if key != name}
    return str(number), value
