"""The files of the demo's service: what a commit of each kind makes of them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from include.local_cloud.behaviour import FILE, read_behaviour

COMMITS = Path(__file__).with_name("commits")
KINDS = ("good", "slow_tail", "errors", "leak", "half_capacity", "does_not_start")
CHANGES, PACKAGES, CONFIG, TEST = "CHANGES.md", "requirements.txt", "config/{of}.yaml", "tests/test_config.py"
Read = Callable[[str], str]     # the text of a file before the commit; empty where there is none

README = """# api

What the viewers' devices ask first.
`behaviour.yaml` says how an instance of this version behaves under load, `requirements.txt` what it is made of, and
`config/` what it is told in each environment.
Change something on the branch `prod` and commit: the change goes to production.
Switch back to `test` then: Serin moves no branch that somebody has checked out.

| key of `behaviour.yaml` | means |
|---|---|
| `starts` | false: it runs and never answers, not even its health check |
| `start_seconds` | from running to healthy |
| `slots`, `service_ms` | requests worked on at once, and how long each takes: slots / service time is its capacity |
| `spread` | of service times around their mean (log-normal) |
| `tail` | `percent` of the requests take `times` as long |
| `stall` | it stands still for `seconds`, every so many |
| `errors` | per endpoint, the per cent of its requests that are answered 500 |
| `not_found_percent` | answered 404 |
| `idle_cpu_percent` | cpu without a request |
| `memory_mb`, `memory_limit_mb` | what it needs, and where it is restarted |
| `leak_mb_per_minute` | what it never gives back |
"""
TESTS = '''"""python3 -m unittest discover tests"""

import pathlib
import unittest

CONFIG = pathlib.Path(__file__).parents[1] / "config"


def keys(name):
    return {line.partition(":")[0] for line in (CONFIG / name).read_text().splitlines() if ":" in line}


class Config(unittest.TestCase):
    def test_prod_is_told_all_that_staging_is_told(self):
        self.assertEqual(keys("staging.yaml") - keys("prod.yaml"), set())


if __name__ == "__main__":
    unittest.main()
'''


def first() -> tuple[str, dict[str, str]]:
    """The message of the first commit, and all its files."""
    message, files = changed("first", lambda _: "")
    return message, {"README.md": README, TEST: TESTS, **files}


def changed(kind: str, before: Read) -> tuple[str, dict[str, str]]:
    """The message of a commit of this kind, and the files that it writes."""
    declared = _declared(kind)
    files = {FILE: _behaviour(kind, declared), CHANGES: f"{before(CHANGES)}- {declared['message']}\n"}
    if packages := declared.get("packages"):
        files[PACKAGES] = _packages(before(PACKAGES), packages)
    for of, keys in declared.get("config", {}).items():
        path = CONFIG.format(of=of)
        files[path] = yaml.safe_dump((yaml.safe_load(before(path)) or {}) | keys, sort_keys=True)
    return declared["message"], files


def _declared(kind: str) -> dict[str, Any]:
    return yaml.safe_load((COMMITS / f"{kind}.yaml").read_text())


def _behaviour(kind: str, declared: Mapping[str, Any]) -> str:
    """The first version's with this kind's changes."""
    text = yaml.safe_dump(_declared("first")["behaviour"] | declared["behaviour"], sort_keys=False)
    read_behaviour(text, f"{kind}.yaml")
    return text


def _packages(before: str, changes: Mapping[str, str | None]) -> str:
    """Each pinned in a line of its own; a package whose version is None goes."""
    pinned = dict(line.split("==") for line in before.splitlines()) | changes
    return "".join(f"{name}=={version}\n" for name, version in sorted(pinned.items()) if version)
