"""Branches merged onwards, so that no commit that went to production is lost by a later push."""

from include.domain.service import Service
from include.ports import Merged, Merges


def merge_branch(source: str, into: str, why: str, service: Service, merges: Merges) -> Merged:
    """`source` merged into `into`; safe to say again: what is merged already stays as it is."""
    message = f"Merge branch '{source}' into {into}\n\nMerged by Serin for {service.service}: {why}."
    return merges.merge(source, into, message)
