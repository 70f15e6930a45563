"""A push that the watcher started gives way to a newer commit of its branch, while it has changed no region yet."""

from include.domain.errors import BadInput, Retryable, Superseded
from include.domain.push import WATCHER, Push
from include.ports import Branches


def must_be_the_newest(push: Push, branches: Branches) -> None:
    """Superseded where the branch stands at another commit by now. What a person asked for gives way to nothing; and
    where the branch cannot be asked, or is gone, nothing newer is known."""
    if push.started_by != WATCHER:
        return
    try:
        head = branches.head(push.branch)
        is_built_on = head == push.commit or branches.is_older(push.commit, head)
    except (Retryable, BadInput):
        return
    if head == push.commit:
        return
    if is_built_on:
        raise Superseded(f"superseded by commit {head[:12]} of {push.branch}, which is built on {push.commit[:12]}")
    raise Superseded(f"superseded by commit {head[:12]}: {push.branch} was rewritten, and does not have "
                     f"{push.commit[:12]} any more")
