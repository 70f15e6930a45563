"""Files of configuration as dotted keys and values, whatever their format. What people wrote there is untrusted."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from io import StringIO
from pathlib import PurePosixPath
from typing import Any

import yaml

from include.domain.errors import BadInput

MOST_KEYS = 10_000      # of one file; YAML's aliases can say a billion in ten lines
DEEPEST = 50


def read_config(path: str, body: bytes) -> dict[str, str]:
    """BadInput says what is wrong with the file, without a word of what is in it: that may be a secret."""
    try:
        return dict(_leaves("", reader_of(path)(body.decode("utf-8-sig"))))
    except UnicodeDecodeError as error:
        raise BadInput(f"it is not UTF-8 at byte {error.start}") from None
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        raise BadInput(f"it is no YAML{f' at line {at.line + 1}' if at else ''}") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"it is no JSON at line {error.lineno}") from None
    except RecursionError:
        raise BadInput("it is nested too deeply") from None
    except (ValueError, yaml.YAMLError) as error:
        raise BadInput(f"it cannot be read as its name says: {type(error).__name__}") from None


def reader_of(path: str) -> Callable[[str], Any]:
    """KeyError where no reader knows files of such a name."""
    name = PurePosixPath(path).name
    if name.startswith(".env"):
        return _env
    return {".yaml": _yaml, ".yml": _yaml, ".json": json.loads, ".toml": tomllib.loads, ".properties": _properties,
            ".env": _env}[PurePosixPath(path).suffix]


class _Loader(yaml.SafeLoader):
    """Safe; a tag of somebody's own is passed over."""


def _untagged(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _untagged)


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)


def _env(text: str) -> Mapping[str, str]:
    from dotenv.parser import parse_stream

    lines = list(parse_stream(StringIO(text)))
    if wrong := [str(line.original.line) for line in lines if line.error]:
        raise BadInput(f"it cannot be read at line {', '.join(wrong[:3])}")
    return {line.key: line.value or "" for line in lines if line.key}


def _properties(text: str) -> Mapping[str, str]:
    from javaproperties import loads

    return loads(text)


def _leaves(key: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    for number, leaf in enumerate(_walk(key, value, depth), 1):
        if number > MOST_KEYS:
            raise BadInput(f"it has more than {MOST_KEYS} keys")
        yield leaf


def _walk(key: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        raise BadInput(f"it is nested more than {DEEPEST} deep")
    if not isinstance(value, dict | list) or not value:
        if key or value:    # an empty file has no keys
            yield key, _text(value)
        return
    for name, there in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _walk(f"{key}.{_name(name)}" if key else _name(name), there, depth + 1)


def _name(name: Any) -> str:
    return name if isinstance(name, str) else _text(name)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date | time):      # a datetime is a date
        return value.isoformat()
    return json.dumps(value, default=str)
