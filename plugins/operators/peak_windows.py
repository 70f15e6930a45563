"""When a region may be pushed."""

from typing import Any

from include.domain.errors import Refused
from include.domain.looks import Wait
from include.domain.push import Push
from plugins.operators.step import StepOperator, Visit


class OffPeak(StepOperator):
    """Wait until no market of the region has its peak hours, and none would begin before the region is done."""

    in_the_room = True

    def __init__(self, *, gives_way: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.gives_way = gives_way

    def step(self, visit: Visit) -> Push | Wait:
        from include.steps.red_black.peak_windows import off_peak

        if visit.push is None:
            raise Refused("there is no push: the first task handed nothing on")
        return visit.take(off_peak, visit.push, self.region)

    def says(self, value: Push) -> str:
        return f"{self.region} is off peak: {value.ami} goes there now"
