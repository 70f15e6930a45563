"""What is on one branch and not on the next: a weekly push from `release` would take it out of production again."""

from collections.abc import Sequence
from textwrap import shorten

from include.domain.service import Service
from include.ports import Branches, Change

NAMED = 3               # commits that the sentence names
COUNTED = 1000          # commits at the most
WORDS = 80              # characters of a subject


def not_merged_back(service: Service, branches: Branches) -> str:
    """Why a weekly push must wait: which commits of prod are not in release; "" where release has them all."""
    prod, release = service.branches.prod, service.branches.release
    missing = branches.between(branches.head(release), branches.head(prod), most=COUNTED)
    if not missing:
        return ""
    return (f"{release} lacks {_counted(missing)} of {prod}: {_named(missing)}. A push of {release} would take "
            f"{'it' if len(missing) == 1 else 'them'} out of production: merge {prod} into {release} first "
            f"({service.service}_merge_back does)")


def _counted(missing: Sequence[Change]) -> str:
    if len(missing) == 1:
        return "1 commit"
    return f"{len(missing):,}{' or more' if len(missing) == COUNTED else ''} commits"


def _named(missing: Sequence[Change]) -> str:
    told = [f"{change.commit.sha[:12]} by {change.commit.author} ({shorten(change.commit.subject, WORDS)})"
            for change in missing[:NAMED]]
    more = len(missing) - NAMED
    return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")
