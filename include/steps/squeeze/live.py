"""The live squeeze: prod traffic is steered to one instance of the canary, then to one of its baseline, step by step,
and goes back at the first sign that it is too much.

It is looked at every few seconds, for up to a few hours, so its task keeps its worker: a deferral would take longer to
come back than an instance may stay overloaded, and what it remembers is in its process. Whenever that process dies, the
run after it, the canary's `retire` and the repair put the weights back.
"""

import logging
from collections.abc import Callable, Mapping

from include.domain.canary import Canary
from include.domain.errors import LeaseLost, Retryable, SerinError
from include.domain.looks import Look, Wait
from include.domain.peak_windows import Market
from include.domain.service import Service
from include.domain.squeeze.sweet_spot import SweetSpot
from include.ports import Archive, Branches, Clusters, Images, Leases, Load, Metrics, Traffic
from include.steps.lease import Held, lease_key
from include.steps.squeeze.generated import next_generated
from include.steps.squeeze.here import here
from include.steps.squeeze.kept import keep, kept_of
from include.steps.squeeze.report import keep_report
from include.steps.squeeze.running import Squeezing
from include.steps.squeeze.stages import next_stage, wait
from include.steps.squeeze.steering import put_back

log = logging.getLogger(__name__)

RENEWED_EVERY_MINUTES = 1
BLIND_LOOKS = 5     # in a row at which a port did not answer: then the task fails, and is run again from the top


def squeeze(canary: Canary, squeezing: Squeezing, service: Service, look: Look, clusters: Clusters, traffic: Traffic,
            images: Images, metrics: Metrics, archive: Archive, leases: Leases, branches: Branches,
            load: Load, markets: Mapping[str, Market]) -> SweetSpot | Wait:
    """One look. The sweet spot once it is found, or why it could not be; a squeeze that was kept is not done again."""
    if squeezing.began is None and (kept := kept_of(canary, clusters, images, archive)):
        return kept

    def stage() -> SweetSpot | Wait:
        held = _hold(canary, service, look, leases)
        place = squeezing.place = here(canary, service, look, held, clusters, traffic, metrics)
        waits = (next_generated(place, squeezing, markets, load) if service.squeeze.kind == "generated"
                 else next_stage(place, squeezing, markets))
        return waits or keep(canary, squeezing, place, images, archive,
                             lambda spot: keep_report(spot, squeezing.curve, place, archive, branches))

    return _carefully(squeezing, stage, look, service)


def let_go(canary: Canary, service: Service, look: Look, clusters: Clusters, traffic: Traffic, metrics: Metrics,
           leases: Leases) -> None:
    """The weights back: what is done first where a person stops the task."""
    put_back(here(canary, service, look, _hold(canary, service, look, leases), clusters, traffic, metrics))


def _hold(canary: Canary, service: Service, look: Look, leases: Leases) -> Held:
    """The lease that the canary was launched under, still ours, and renewed."""
    key = lease_key(canary.service, canary.environment, canary.region)
    there = leases.holder(key)
    if there is None or there.owner != canary.push_id:
        raise LeaseLost(f"{canary.push_id} lost the lease of {key}: "
                        f"{there.owner if there and there.owner else 'nobody'} holds it")
    if look.now - there.renewed_at < service.lasts(minutes=RENEWED_EVERY_MINUTES):
        return Held(leases, key, canary.push_id, there.token)
    lease = leases.take(key, canary.push_id, look.now)
    if lease.token != there.token:
        raise LeaseLost(f"{canary.push_id} lost the lease of {key} in between")
    return Held(leases, key, canary.push_id, lease.token)


def _carefully(squeezing: Squeezing, stage: Callable[[], SweetSpot | Wait], look: Look,
               service: Service) -> SweetSpot | Wait:
    """Whatever fails, the weights go back before anything else. A port that does not answer for once costs the step
    that was under way, and not the squeeze."""
    try:
        answer = stage()
    except LeaseLost:
        raise           # nothing may be changed any more: who holds the lease does it, and then `retire`
    except Retryable as passing:
        _put_back_at_once(squeezing)
        squeezing.attempt, squeezing.blind = None, squeezing.blind + 1
        squeezing.driven.clear()
        if squeezing.blind >= BLIND_LOOKS:
            raise
        return wait(look, service, squeezing.began, f"the weights went back, as this could not be seen: {passing}")
    except Exception:
        _put_back_at_once(squeezing)
        raise
    squeezing.blind = 0
    return answer


def _put_back_at_once(squeezing: Squeezing) -> None:
    """As seen by the last look that saw something; before the first one there is nothing to put back."""
    if squeezing.place is None:
        return
    try:
        put_back(squeezing.place)
    except SerinError as error:
        log.warning("the weights could not be put back: %s", error)     # the next look does, or the next run
