"""Reads declared files: safe YAML, checked against a type; what does not fit is a sentence with file, key and value.

No silent surprise of YAML 1.1 survives: a key given twice is refused, and `18:00`, `010` and `no` are text.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from include.domain.errors import BadInput

T = TypeVar("T")
_LONGEST = 80
_NAMES_A_KEY = re.compile(r"[a-z_]+: ")


class _AsMeant(yaml.constructor.SafeConstructor):
    """Safe, and as people mean it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            line = key.start_mark.line + 1
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"key {key.value!r} is given twice, in lines {seen[key.value]} "
                                                   f"and {line}")
            seen[key.value] = line
        return super().construct_mapping(node, deep)


class _Loader(_AsMeant, yaml.SafeLoader):
    """The one whose word counts."""


class _FastLoader(_AsMeant, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """libyaml, ten times as fast: 200 files are read at each parse of a DAG file."""


# With these libyaml reads what the other refuses, or reads it otherwise; the second only outside of lines of comment.
_NOT_ALIKE = re.compile("[\t\r\x85\u2028\u2029\ufeff]"), re.compile("[?!]|[|>]#")
_COMMENT = re.compile("^ *#.*$", re.MULTILINE)

_PLAIN = {
    "int": (r"[-+]?(?:0|[1-9][0-9_]*)", "-+0123456789"),
    "float": (r"[-+]?(?:0|[1-9][0-9_]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    "bool": (r"true|false", "tf"),
}
_AS_MEANT = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[-1] not in _PLAIN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
for _loader in (_Loader, _FastLoader):
    _loader.yaml_implicit_resolvers = {first: list(resolvers) for first, resolvers in _AS_MEANT.items()}
    for _kind, (_pattern, _first) in _PLAIN.items():
        _loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})\\Z"), list(_first))


def read(path: Path) -> dict[str, Any]:
    """The mapping that the file holds; BadInput names file and line."""
    return mapping(text_of(path), path)


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error


def mapping(text: str, path: Path) -> dict[str, Any]:
    """The mapping that the text of this file says."""
    try:
        found = loaded(text)
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{path}: keys and values are needed, not {_shown(found)}")
    return found


def loaded(text: str) -> Any:
    """What the text says; a YAMLError is always worded by the one loader."""
    anywhere, outside = _NOT_ALIKE
    if not anywhere.search(text) and not outside.search(_COMMENT.sub("", text)):
        with suppress(yaml.YAMLError):
            return yaml.load(text, Loader=_FastLoader)
    return yaml.load(text, Loader=_Loader)


def validated(kind: type[T], value: Any, path: Path) -> T:
    """The value as this type; BadInput has one line for each thing that is wrong."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        lines = (f"{path}: {_sentence(kind, one)}" for one in error.errors(include_url=False))
        raise BadInput("\n".join(dict.fromkeys(lines))) from error


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean x? known: x, y` for the end of a sentence."""
    known = sorted(known)
    close = get_close_matches(str(name), known, n=1)
    meant = f"; did you mean {close[0]}?" if close else ";"
    return f"{meant} known: {', '.join(known) or 'none'}"


def _sentence(whole: Any, error: Mapping[str, Any]) -> str:
    parts, kind = _walked(whole, error["loc"])
    where = ".".join(parts)
    if error["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return f"{where}: unknown key{nearest(parts[-1], _keys(_walked(whole, error['loc'][:-1])[1]))}"
    if error["type"] in {"missing", "missing_argument"}:
        return f"{where}: is missing"
    if error["type"] == "union_tag_invalid":
        return f"{where}.kind: {_shown(error['input']['kind'])} is refused: input should be {_either(_tags(kind))}"
    right = error["msg"].removeprefix("Value error, ")
    if not where:
        return right
    if isinstance(error["input"], dict) and _NAMES_A_KEY.match(right):
        return f"{where}.{right}"
    return f"{where}: {_shown(error['input'])} is refused: {right[:1].lower()}{right[1:]}"


def _either(words: Iterable[str]) -> str:
    *most, last = (repr(word) for word in words)
    return f"{', '.join(most)} or {last}" if most else last


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _keys(kind: Any) -> list[str]:
    """The keys that this type has."""
    kind = _plain(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return list(kind.model_fields)
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


def _walked(kind: Any, place: Iterable[Any]) -> tuple[list[str], Any]:
    """The keys as they stand in the file, and the type at their end. Where a type has kinds, pydantic puts the kind
    among the keys; it is left out."""
    keys = []
    for part in place:
        if part in _tags(kind):
            kind = _tags(kind)[part]
        else:
            keys.append(str(part))
            kind = _inside(_plain(kind), part)
    return keys, kind


def _tags(kind: Any) -> dict[str, Any]:
    """The models of a union that are told apart by their `kind`."""
    members = [member for member in _members(kind) if isinstance(member, type) and issubclass(member, BaseModel)]
    if len(members) < 2:
        return {}
    return {tag: member for member in members if "kind" in member.model_fields
            for tag in get_args(member.model_fields["kind"].annotation)}


def _members(kind: Any) -> Iterable[Any]:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def _inside(kind: Any, part: Any) -> Any:
    """The type of this key; None where there is none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.model_fields[part].annotation if part in kind.model_fields else None
    if is_dataclass(kind):
        return get_type_hints(kind).get(part)
    arguments = get_args(kind)                # tuple[X, ...] or dict[str, X]
    if not arguments:
        return None
    return arguments[1] if get_origin(kind) is dict else arguments[0]


def _plain(kind: Any) -> Any:
    """Without Annotated and without None; of several kinds the first."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = next(argument for argument in get_args(kind) if argument is not type(None))
    return kind
