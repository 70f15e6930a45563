"""How the demo's push ended, in words and as an exit code."""

from collections.abc import Sequence

from include.demo.live_view import Picture, RegionPicture
from include.demo.push_story import PushStory
from include.domain.push import PushEnd, PushRecord

EXIT_CODES = {PushEnd.SUCCESS: 0, PushEnd.SUPERSEDED: 1, PushEnd.FAILURE_CLEAN: 1, PushEnd.FAILURE_DIRTY: 2}
NO_RECORD = 3


def exit_code(record: PushRecord | None, run_state: str) -> int:
    """0 only where the record and Airflow's run both say success."""
    if record is None:
        return NO_RECORD
    code = EXIT_CODES[PushEnd(record.end)]
    return code if run_state == "success" or code else NO_RECORD


def told(record: PushRecord | None, story: PushStory, run_state: str) -> str:
    """The end in one sentence; a failure says its first cause."""
    if record is None:
        cause = story.failures[0] if story.failures else "the reason is in Airflow's logs"
        return f"The push ended without a record (its run is {run_state}): {cause}"
    if record.end == PushEnd.SUCCESS:
        return f"Success: {record.ami} runs in {record.regions.replace(',', ', ')}."
    cause = story.failures[0] if story.failures else record.reason
    return f"{record.end}: {cause}"


def lines(picture: Picture, seconds: float) -> list[str]:
    """What each region's viewers got, and how long everything took."""
    minutes, rest = divmod(round(seconds), 60)
    return [*(_region(region) for region in picture.regions), f"Wall time {minutes} min {rest:02d} s, set-up included."]


def _region(region: RegionPicture) -> str:
    served = region.served
    inside = (f"; inside the canary's share {served.canary_failed:,} of {served.canary_requests:,}"
              if served.canary_requests else "")
    return (f"{region.region:<10}  {_serving(region)}  {served.requests:,} requests, "
            f"{served.failed_outside:,} failed outside the canary's share{inside}")


def _serving(region: RegionPicture) -> str:
    red: Sequence = [group for group in region.groups if group.colour == "red"]
    return ", ".join(f"{group.name} {group.healthy}/{len(group.lights)}" for group in red) or "nothing serves"
