"""What was told of a push's changes, in the archive."""

from include.domain.changes.report import Told, read_told
from include.ports import Archive
from include.steps.push.reporting import of_push

PAGE, JSON = "changes.html", "changes.json"


def kept_changes(service: str, push_id: str, archive: Archive) -> Told | None:
    """None where nothing was told."""
    body = archive.get(of_push(service, push_id, JSON))
    return read_told(body) if body else None


def page_of_changes(service: str, push_id: str, archive: Archive) -> str:
    """The page's address; "" where there is none."""
    told = kept_changes(service, push_id, archive)
    return told.page if told else ""
