"""The page of a canary: the score, why it is so, and every metric as a tile of a grid. One file, nothing fetched."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from include.domain.canary import Canary
from include.domain.metric_sources import MetricSource
from include.domain.scoring.readings import Judgement, Reading, State
from include.ports import MetricTable
from include.reports.lines import packed
from include.reports.render import link, page, script
from include.reports.tiles import SIGNS, tiles
from include.reports.why import could_see, lost_by_group, request_mix

NAMED = 40      # tiles of a tier, up to which each shows its name


def canary_report(canary: Canary, judgement: Judgement, go_score: int, since: datetime, until: datetime,
                  table: MetricTable | None = None, source: MetricSource | None = None, *,
                  links: Mapping[str, str] | None = None, interim: str = "") -> str:
    """`since` to `until` is what was judged; `table`, the canary first, is what the charts draw. `links` are other
    pages by their names; `interim` says of a canary that still bakes how far it is."""
    grid = tiles(list(judgement.readings))
    ordered = [tile.reading for _, some in grid for tile in some]
    code, policy = script("canary.js")
    return page("canary.html", canary=canary, judgement=judgement, go_score=go_score, since=since, until=until,
                interim=interim, lost=lost_by_group(judgement.lost, source.rules if source else ()), grid=grid,
                NAMED=NAMED, groups=list(Counter(reading.group for reading in ordered).most_common()), signs=SIGNS,
                counts={str(state): sum(reading.state == state for reading in ordered) for state in State},
                could_see=could_see(ordered), mix=request_mix(ordered, source), numbers=_numbers(ordered),
                series=_data(packed(table, [reading.name for reading in ordered])), script=code, policy=policy,
                links={name: link(address) for name, address in (links or {}).items() if link(address)})


def _numbers(ordered: Sequence[Reading]) -> Markup:
    """What the script needs of each tile, in its order."""
    return _data([[reading.canary, reading.baseline, reading.ratio, reading.low, reading.high, reading.points]
                  for reading in ordered])


def _data(value: object) -> Markup:
    """JSON for a script element: no `<` in it, so nothing in it ends the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
