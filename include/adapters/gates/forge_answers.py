"""What a forge answers, page by page. What stands in an answer was written by others, and is shown shortened."""

from collections.abc import Iterator
from typing import Any

import httpx

from include.domain.errors import BadInput

A_PAGE, MOST_PAGES = 100, 10
SHOWN = 200     # characters of what others wrote


class Silent(Exception):
    """The forge cannot be asked now; the sentence says why."""


def pages(client: httpx.Client, path: str, asked: dict[str, str]) -> Iterator[Any]:
    """The answers, page by page; whoever asks stops at the last."""
    for page in range(1, MOST_PAGES + 1):
        yield _answer(client, path, {**asked, "per_page": str(A_PAGE), "page": str(page)})


def _answer(client: httpx.Client, path: str, asked: dict[str, str]) -> Any:
    try:
        answer = client.get(path, params=asked)
        _must_be_an_answer(answer)
        return answer.json()
    except httpx.TransportError as error:
        raise Silent(f"{type(error).__name__}: {error}") from error
    except ValueError as error:
        raise Silent(f"its answer is no JSON: {shown(answer.text)}") from error


def _must_be_an_answer(answer: httpx.Response) -> None:
    """Silent where it may answer later: it is down or too busy, or does not know the commit yet."""
    status, text = answer.status_code, shown(answer.text)
    if answer.is_success:
        return
    if status in {408, 422, 429} or status >= 500 or _is_too_busy(answer):
        raise Silent(f"HTTP {status}: {text}")
    if status in {401, 403}:
        raise BadInput(f"{answer.url.host} refuses: HTTP {status}: {text}; the connection needs a token that may read "
                       "statuses and checks")
    raise BadInput(f"{answer.url.host} has no {answer.url.path}: HTTP {status}: {text}")


def _is_too_busy(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and ("retry-after" in answer.headers
                                          or answer.headers.get("x-ratelimit-remaining") == "0")


def shown(text: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in str(text)[:SHOWN])
    return clean if len(str(text)) <= SHOWN else f"{clean}…"
