"""Pages beside a push's record in the archive. Law 7: a page that cannot be drawn is told in the log, and no more."""

import logging
from collections.abc import Callable

from include.domain.errors import Retryable
from include.ports import Archive

log = logging.getLogger(__name__)


def keep_page(key: str, draw: Callable[[], str], archive: Archive) -> str:
    """The page's address; empty where it could not be kept. A page that is there already stays as it was."""
    try:
        page = archive.get(key) or draw().encode()
        return archive.put(key, page, "text/html; charset=utf-8")
    except Retryable:
        raise
    except Exception as error:
        log.warning("%s could not be kept: %s: %s", key, type(error).__name__, error)
        return ""


def of_push(service: str, push_id: str, name: str) -> str:
    """The key of one object of a push."""
    return f"pushes/{service}/{push_id}/{name}"
