"""The forges: where each keeps what CIs tell of a commit, and what its words mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from include.adapters.gates.forge_answers import A_PAGE, pages


@dataclass(frozen=True)
class Said:
    """One status or check of a commit. `passed` is None while it is not decided; `word` is the forge's own."""

    name: str
    passed: bool | None
    word: str
    text: str = ""
    address: str = ""


class Forge(Protocol):
    def told(self, client: httpx.Client, repository: str, commit: str) -> Iterator[Said]:
        """The newest of every name, of all kinds; Silent where that cannot be known now."""


class GitHub:
    def told(self, client: httpx.Client, repository: str, commit: str) -> Iterator[Said]:
        here = f"/repos/{repository}/commits/{commit}"
        for answer in pages(client, f"{here}/status", {}):
            yield from map(self._status, answer["statuses"])
            if len(answer["statuses"]) < A_PAGE:
                break
        for answer in pages(client, f"{here}/check-runs", {"filter": "latest"}):
            yield from map(self._check, answer["check_runs"])
            if len(answer["check_runs"]) < A_PAGE:
                break

    def _status(self, status: dict[str, Any]) -> Said:
        word = status["state"]
        return Said(status["context"], {"success": True, "pending": None}.get(word, False), word,
                    status.get("description") or "", status.get("target_url") or "")

    def _check(self, check: dict[str, Any]) -> Said:
        done = check["status"] == "completed"
        word = check["conclusion"] if done else check["status"]
        return Said(check["name"], word == "success" if done else None, word or "completed without a conclusion",
                    (check.get("output") or {}).get("title") or "", check.get("html_url") or "")


class GitLab:
    DECIDED = ("success", "failed", "canceled", "skipped")

    def told(self, client: httpx.Client, repository: str, commit: str) -> Iterator[Said]:
        newest: dict[str, dict[str, Any]] = {}
        path = f"/api/v4/projects/{quote(repository, safe='')}/repository/commits/{commit}/statuses"
        for answer in pages(client, path, {}):
            for status in answer:
                if status["id"] >= newest.get(status["name"], status)["id"]:
                    newest[status["name"]] = status
            if len(answer) < A_PAGE:
                break
        yield from map(self._status, newest.values())

    def _status(self, status: dict[str, Any]) -> Said:
        word = status["status"]
        return Said(status["name"], word == "success" if word in self.DECIDED else None, word,
                    status.get("description") or "", status.get("target_url") or "")


FORGES: dict[str, Forge] = {"github": GitHub(), "gitlab": GitLab()}
