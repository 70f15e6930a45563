"""The page of a squeeze: what one instance carries, beside one on the running AMI, how that was found, and what follows
from it. One file, nothing fetched, no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from include.domain.red_black.start_times import StartTimes
from include.domain.squeeze.efficiency import Efficiency
from include.domain.squeeze.sweet_spot import SweetSpot, Tried
from include.ports import Commit
from include.reports.curve import DRAWN, HEIGHT, LEFT, RIGHT, TOP, WIDTH, history, panels
from include.reports.render import link, page


@dataclass(frozen=True)
class Between:
    """The commits that an AMI has and the one that was squeezed before it has not, the newest first; `count` counts
    those that are not named, too. `unknown` says why they cannot be told."""

    commits: tuple[Commit, ...] = ()
    count: int = 0
    unknown: str = ""


def squeeze_report(spot: SweetSpot, curve: Sequence[Tried], efficiency: Efficiency | None = None,
                   starts: Mapping[str, StartTimes | None] | None = None, scaling: Sequence[str] = (),
                   past: Sequence[SweetSpot] = (), between: Mapping[str, Between] | None = None, *,
                   links: Mapping[str, str] | None = None) -> str:
    """`starts` are by side, `past` is the service's history with this squeeze as its last, `between` by push id;
    `links` are other pages by their names."""
    numbered = list(enumerate([one for one in past if one.rps][-DRAWN:], 1))
    ordered = sorted(curve, key=lambda tried: tried.since)
    return page("squeeze.html", spot=spot, curve=ordered, panels=panels(spot, ordered), efficiency=efficiency,
                starts=starts or {}, scaling=scaling, history=history(past), past=numbered[::-1], between=between or {},
                box={"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "top": TOP},
                links={name: link(address) for name, address in (links or {}).items() if link(address)})
