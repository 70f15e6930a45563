"""The page of a squeeze, in the archive beside the other pages of its push. Law 7: what of it cannot be told is said on
it, or in the log, and fails nothing."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from include.domain.errors import SerinError
from include.domain.push import Push
from include.domain.red_black.sizes import recorded_sizes, sizes_of
from include.domain.scaling.decide import scaling_diff
from include.domain.squeeze.efficiency import efficiency
from include.domain.squeeze.sweet_spot import SweetSpot, Tried
from include.ports import Archive, Branches
from include.steps.push.reporting import keep_page, of_push
from include.steps.red_black.instance_starts import known_starts
from include.steps.scaling.past import past_with
from include.steps.squeeze.here import Here
from include.steps.squeeze.kept import history

if TYPE_CHECKING:
    from include.reports.squeeze import Between

PAGE = "squeeze.html"
BACK = 12       # squeezes before this one that the page tells of
NAMED = 12      # commits of one AMI that are named
MOST = 60       # that are asked for: each costs git a comparison


def keep_report(spot: SweetSpot, curve: Sequence[Tried], here: Here, archive: Archive, branches: Branches) -> str:
    """The page's address; "" where it could not be kept."""
    return keep_page(of_push(spot.service, spot.push_id, PAGE), lambda: _drawn(spot, curve, here, archive, branches),
                     archive)


def _drawn(spot: SweetSpot, curve: Sequence[Tried], here: Here, archive: Archive, branches: Branches) -> str:
    from include.reports.squeeze import squeeze_report

    older = [one for one in history(spot.service, archive) if one.push_id != spot.push_id and one.rps][-BACK:]
    past = [*older, spot]
    starts = {side: known_starts(spot.service, commit, archive) if commit else None
              for side, commit in (("new AMI", spot.commit), ("running AMI", spot.baseline_commit))}
    return squeeze_report(spot, curve, efficiency(spot, here.service.squeeze.max_drop_percent), starts,
                          _scaling(spot, here, archive), past, _between(past, branches),
                          links={"The canary": "./canary.html"})


def _scaling(spot: SweetSpot, here: Here, archive: Archive) -> list[str]:
    """What would change in this region if it were pushed now; each region's plan says its own."""
    push = Push(spot.push_id, spot.service, spot.environment, "", spot.commit, "", spot.ami, "", "", here.look.now)
    asgs = here.clusters.asgs(here.where.cluster)
    past = past_with(spot, push, spot.region, here.where.cluster, asgs, here.service, here.look, here.metrics, archive)
    found = past.decided(here.main, recorded_sizes(here.main) or sizes_of(here.main), here.clusters)
    return [f"{spot.region}: {line}" for line in scaling_diff(found)] if found else []


def _between(past: Sequence[SweetSpot], branches: Branches) -> "dict[str, Between]":
    """The commits of each AMI that the one before it has not."""
    return {new.push_id: _told(lambda old=old, new=new: _commits(old, new, branches)) for old, new in pairwise(past)}


def _commits(old: SweetSpot, new: SweetSpot, branches: Branches) -> "Between":
    from include.reports.squeeze import Between

    if not old.commit or not new.commit or old.commit == new.commit:
        return Between()
    found = [change.commit for change in branches.between(old.commit, new.commit, MOST)]
    return Between(tuple(found[:NAMED]), len(found))


def _told(ask: "Callable[[], Between]") -> "Between":
    from include.reports.squeeze import Between

    try:
        return ask()
    except SerinError as error:
        return Between(unknown=str(error))
