"""How the demo declares its service: the file `api.yaml`, and where in the markets' day the story begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jinja2

from include.catalog import load_markets, load_service
from include.local_cloud.furnish import NO_OTHERS

DECLARED = Path(__file__).with_name("declared")
MARKETS = DECLARED / "markets.yaml"
INCLUDE = Path(__file__).resolve().parents[1]
PRODUCTION, PRODUCTION_MARKETS = INCLUDE / "services" / "api.yaml", INCLUDE / "markets.yaml"
SERVICE = "api"
TIME_SCALE = 480
# Region to its market, in push order.
REGIONS = {"us-east-1": "us_east", "us-west-2": "us_west", "eu-west-1": "britain"}
# The environments before prod, each with its region, for flows that go through them: their deploys want the cores, too.
OTHERS = {"test": "us-east-1", "integration": "us-east-1", "staging": "us-west-2"}
# In the demo the push comes to its first region about so long after the start …
FIRST_REGION_AFTER = timedelta(seconds=110)
# … and finds the peak of that region's market about to end: 20:00 in New York, in winter.
PEAK_ENDS = datetime(2026, 1, 13, 1, tzinfo=UTC)
WAITS_ABOUT = timedelta(seconds=12)
# In the demo a person starts the weekly push. Its own moment is just so long past that it is not made good any more.
WEEKLY_DAY = f"{PEAK_ENDS - timedelta(days=3):%a}".lower()


@dataclass(frozen=True)
class Room:
    """A room of an XMPP server, the connections of the bot's accounts there and in Airflow, and who may act."""

    name: str
    connection: str
    airflow_connection: str
    may_act: tuple[str, ...]


def time_zero(now: datetime) -> datetime:
    """The instant from which market time counts, chosen so that the push meets one peak, at its end."""
    real_end = now + FIRST_REGION_AFTER + WAITS_ABOUT
    # at(real_end) = zero + (real_end − zero) × scale must be the end of the peak
    return real_end - (PEAK_ENDS - real_end) / (TIME_SCALE - 1)


def write(folder: Path, repository: Path, zero: datetime, markets: Path = MARKETS, *, service: str = SERVICE,
          bake_hours: float = 8, look_seconds: float = 5, regions: Mapping[str, str] = REGIONS,
          others: Mapping[str, str] = NO_OTHERS, asks_instances: bool = True, metrics: str = "sql",
          room: Room | None = None) -> Path:
    """`<service>.yaml` in the folder; checked as every service is. `look_seconds`: real ones between two looks of a
    bake; `others`: the environments before prod, and the region of each; `asks_instances`: whether each is asked for
    its version, and can be reached; `metrics`: their kind; `room`: where the bot sits."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = [rule.model_dump() for rule in load_service(PRODUCTION, load_markets(PRODUCTION_MARKETS)).metrics.rules]
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(DECLARED), undefined=jinja2.StrictUndefined,
                                     autoescape=False, keep_trailing_newline=True, trim_blocks=True)
    text = environment.get_template("api.yaml.j2").render(
        service=service, repository=str(repository), time_scale=TIME_SCALE, time_zero=zero, rules=rules,
        bake_hours=bake_hours, look_seconds=look_seconds, regions=regions, others=others, lasting=_lasting,
        weekly_day=WEEKLY_DAY, asks_instances=asks_instances, metrics=metrics, room=room)
    path = folder / f"{service}.yaml"
    path.write_text(text)
    load_service(path, load_markets(markets))
    return path


def _lasting(seconds: float) -> float:
    """Minutes that last so many real seconds here."""
    return seconds * TIME_SCALE / 60
