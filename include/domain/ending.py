"""How a push ended, from what it left in each region."""

from collections.abc import Mapping
from dataclasses import dataclass

from include.domain.push import PushEnd
from include.domain.standing import End, Standing


@dataclass(frozen=True)
class Ending:
    """`left` is what a person must know or repair; `regions` are those that run the new AMI."""

    end: PushEnd
    left: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Early:
    """The end of a push that stopped before it changed anything, and is no failure; and why."""

    end: str
    why: str


def ending(push_id: str, standing: Mapping[str, Standing], again: str = "push") -> Ending:
    """Success where every region runs the new AMI, FailureClean where none does. Regions on two AMIs are dirty: which
    of both is to run is a person's decision, and until then every alarm and every bug has two answers."""
    new = tuple(region for region, found in standing.items() if found.end == End.COMPLETE)
    if len(new) == len(standing):
        return Ending(PushEnd.SUCCESS, (), new)
    left = [found.what for found in standing.values() if found.end == End.LEFT]
    if new:
        old = [region for region in standing if region not in new]
        left.append(f"{_and(new)} {'runs' if len(new) == 1 else 'run'} the new AMI and {_and(old)} "
                    f"{'does' if len(old) == 1 else 'do'} not: {again} again, or roll back {push_id} in {_and(new)}")
    return Ending(PushEnd.FAILURE_DIRTY if left else PushEnd.FAILURE_CLEAN, tuple(left), new)


def _and(regions: tuple[str, ...] | list[str]) -> str:
    return " and ".join(filter(None, [", ".join(regions[:-1]), regions[-1]]))
