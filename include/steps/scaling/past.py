"""What a push may count on in a region: the sweet spot of its AMI, and the traffic of the last days. Both are read once
for a plan; without a sweet spot nothing is asked of the past, and all is as it was before there were squeezes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.looks import Look
from include.domain.push import Push
from include.domain.red_black.capacity import carried_rps
from include.domain.red_black.sizes import Sized, Sizes, pushed_size
from include.domain.red_black.start_times import FEW
from include.domain.scaling.decide import Decided, WarmUp, decided, scaling_diff, warm_up
from include.domain.scaling.forecast import Day, TooLittle, forecast
from include.domain.service import Service
from include.domain.squeeze.sweet_spot import SweetSpot
from include.ports import Archive, Clusters, Metrics
from include.steps.red_black.instance_starts import known_starts
from include.steps.red_black.start_times import recent_starts
from include.steps.scaling.known import safe_rps, sweet_spot_of
from include.steps.scaling.traffic import last_days

A_DAY = 24      # hours that the minimum must do for


@dataclass(frozen=True)
class Past:
    """Of one region, at the moment of its plan."""

    service: Service
    spot: SweetSpot | None
    days: Sequence[Day]
    warms_up: WarmUp

    def carries(self, measured_rps: float, in_service: int) -> float:
        """What one instance is known to carry: what is declared; else the more of what it was squeezed for and of what
        those in service carry at this moment."""
        declared = self.service.red_black.instance_rps
        now = carried_rps(declared, measured_rps, in_service)
        return now if declared or self.spot is None else max(now, safe_rps(self.spot))

    def size(self, in_service: int, maximum: int) -> Sized:
        """The size of the new ASG, by what is asked for while the region is pushed."""
        settings = self.service.red_black
        expected = forecast(self.days, settings.region_minutes / 60) if self.spot else None
        if self.spot is None or expected is None or isinstance(expected, TooLittle):
            return pushed_size(in_service, maximum, settings.extra_percent, nan, 0)
        return pushed_size(in_service, maximum, settings.extra_percent, expected.peak_rps, self.spot.rps or 0,
                           expected.said)

    def scaling(self, new: Asg | None, baseline: Asg, sizes: Sizes, clusters: Clusters) -> tuple[str, str, str]:
        """What the new ASG is to scale by, what the baseline does, and the difference in words. What a new ASG was
        created with stays: the past goes on while a push does."""
        if new is not None:
            tags = new.tags
            return tags.get(asg_tags.SCALING, ""), tags.get(asg_tags.SCALING_BEFORE, ""), ""
        found = self.decided(baseline, sizes, clusters)
        if found is None:
            return "", "", ""
        said = "\n".join(scaling_diff(found))
        return (str(found.after), str(found.before), said) if found.after else ("", "", said)

    def decided(self, baseline: Asg, sizes: Sizes, clusters: Clusters) -> Decided | None:
        """None where the service declares no scaling: what the baseline has is carried over."""
        if self.service.scaling is None:
            return None
        return decided(self.service.scaling, baseline.name, sizes, clusters.policies(baseline.name), self.spot,
                       self.warms_up, forecast(self.days, A_DAY))


def past_of(push: Push, region: str, cluster: str, asgs: Sequence[Asg], service: Service, look: Look,
            metrics: Metrics, archive: Archive) -> Past:
    """By the newest squeeze of the push's AMI that found a sweet spot."""
    spot = sweet_spot_of(push.service, push.environment, push.ami, archive)
    return past_with(spot, push, region, cluster, asgs, service, look, metrics, archive)


def past_with(spot: SweetSpot | None, push: Push, region: str, cluster: str, asgs: Sequence[Asg], service: Service,
              look: Look, metrics: Metrics, archive: Archive) -> Past:
    """The same by this one."""
    if spot is None:
        return Past(service, None, (), WarmUp(None, ""))
    starts = known_starts(push.service, push.commit, archive)
    recent = recent_starts(push.id, push.service, push.environment, region, look.now, archive)
    return Past(service, spot, last_days(cluster, asgs, service, look, metrics),
                warm_up(starts, recent, service.time_scale, FEW))
