"""Branches merged onwards, so that no commit that went to production is lost by a later push."""

from include.domain.errors import BadInput, Conflict, Refused
from include.domain.push import Push
from include.domain.service import Service
from include.ports import Merged, Merges


def merge_branch(source: str, into: str, why: str, service: Service, merges: Merges) -> Merged:
    """`source` merged into `into`; safe to say again: what is merged already stays as it is."""
    message = f"Merge branch '{source}' into {into}\n\nMerged by Serin for {service.service}: {why}."
    return merges.merge(source, into, message)


def merge_pushed(push: Push, service: Service, merges: Merges) -> Merged:
    """What a weekly push brought to production, and nothing that came to its branch since, merged into the prod branch.
    A failure says that the push stays."""
    prod = service.branches.prod
    message = (f"Merge branch '{push.branch}' into {prod}, as far as {push.commit[:12]}\n\n"
               f"Merged by Serin for {service.service}: {push.id} brought it to production.")
    try:
        return merges.merge(push.branch, prod, message, push.commit)
    except (BadInput, Conflict, Refused) as wrong:
        raise type(wrong)(f"{wrong}. The push is complete and stays; until {prod} has {push.commit[:12]}, a patch "
                          "would be built without it") from wrong
