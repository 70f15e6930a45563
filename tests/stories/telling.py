"""Reading a story: the fragments must come in the log one after the other."""

from tests.world.world import World


def tells(world: World, *fragments: str) -> None:
    """Each fragment is in a line after the line of the one before."""
    lines = iter(world.log)
    for fragment in fragments:
        if not any(fragment in line for line in lines):
            raise AssertionError(f"the story does not go on with {fragment!r}:\n" + "\n".join(world.log))


def runs(world: World) -> dict[str, list[str]]:
    """The ASGs of each region."""
    return {name: sorted(region.groups) for name, region in world.regions.items()}


def serving(world: World, region: str) -> set[str]:
    """The ASGs whose instances take traffic now."""
    here = world.regions[region]
    return {here.owner(instance).name for arn, weight in here.weights.items() if weight
            for instance, target in here.target_groups[arn].targets.items() if target.state == "healthy"}
