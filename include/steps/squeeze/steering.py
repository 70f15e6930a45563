"""Steering a region's traffic to one instance of the canary's pair, and back."""

from include.domain.asg_names import BASELINE, CANARY
from include.domain.squeeze.weights import weights_for
from include.steps.canary.pair import WHOLE, shares
from include.steps.squeeze.here import Here


def rest_share(here: Here) -> float:
    """The share of the region's traffic that one instance of either side has while it is not squeezed."""
    return here.canary.share_percent / here.canary.size / WHOLE


def put_back(here: Here) -> None:
    """One instance of each side has what each has in a bake. First call of all where something went wrong."""
    here.traffic.set_weights(resting(here))


def resting(here: Here) -> dict[str, int]:
    if here.canary.size == 1:
        return as_baked(here)
    main, canary, baseline = weights_for(rest_share(here), rest_share(here))
    return {here.where.main: main, here.arn(CANARY): canary, here.arn(BASELINE): baseline}


def as_baked(here: Here) -> dict[str, int]:
    """The weights that the canary baked with."""
    return shares(here.where, {side: here.arn(side) for side in (CANARY, BASELINE)}, here.canary.share_percent)


def steer(here: Here, side: str, share: float) -> tuple[float, float]:
    """About this share to the squeezed side; what it and prod really have then."""
    other = BASELINE if side == CANARY else CANARY
    main, squeezed, beside = weights_for(share, rest_share(here))
    here.traffic.set_weights({here.where.main: main, here.arn(side): squeezed, here.arn(other): beside})
    whole = main + squeezed + beside
    return squeezed / whole, main / whole


def share_of(here: Here, side: str) -> tuple[float, float]:
    """The same as the listener has it now."""
    weights = here.traffic.weights()
    whole = sum(weights.values()) or 1
    return weights.get(here.arn(side), 0) / whole, weights.get(here.where.main, 0) / whole


def alone(here: Here, side: str) -> str | None:
    """The one healthy instance that stays under traffic, the others out of the target group; None where none is."""
    targets = here.traffic.targets(here.arn(side))
    healthy = sorted(target.instance for target in targets if target.state == "healthy")
    if not healthy:
        return None
    others = [target.instance for target in targets
              if target.instance != healthy[0] and target.state in ("healthy", "initial", "unhealthy")]
    if others:
        here.traffic.deregister(here.arn(side), others)
    return healthy[0]


def all_back(here: Here) -> bool:
    """Every instance of both sides is put back into its target group; whether all are healthy there."""
    whole = True
    for side, asg in here.pair.items():
        states = {target.instance: target.state for target in here.traffic.targets(here.arn(side))}
        ours = [instance.id for instance in asg.instances if instance.in_service]
        missing = [instance for instance in ours if states.get(instance, "unused") in ("unused", "draining")]
        if missing:
            here.traffic.register(here.arn(side), missing)
        whole = whole and not missing and all(states[instance] == "healthy" for instance in ours)
    return whole

