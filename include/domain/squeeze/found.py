"""What the squeeze of one side came to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """Requests per second that one instance carries, as `SweetSpot` has them; None is "not found".

    The sweet spot `rps` is the throughput of the greatest rate that passed twice; from the lower bound of that one's
    interval (`low`) to the least rate that failed twice (`high`). Saturation is the throughput of all tries in which it
    stayed behind the load, with its interval.
    """

    rps: float | None = None
    low: float | None = None
    high: float | None = None
    saturation: float | None = None
    saturation_low: float | None = None
    saturation_high: float | None = None

    def __str__(self) -> str:
        """`88 requests/s inside its limits (85 to 91), 100 at the most (97 to 103)`."""
        most = (f", {self.saturation:.0f} at the most ({self.saturation_low:.0f} to {self.saturation_high:.0f})"
                if self.saturation is not None else "")
        if self.rps is None:
            return f"no rate inside its limits{most}"
        if self.high is None:
            return f"at least {self.rps:.0f} requests/s inside its limits: it got no more{most}"
        return f"{self.rps:.0f} requests/s inside its limits ({self.low:.0f} to {self.high:.0f}){most}"
