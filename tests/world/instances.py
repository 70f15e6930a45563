"""The in-memory twin of `Instances`."""

from collections.abc import Callable, Sequence

from include.domain.red_black.versions import Said
from tests.world.region import Region


class InMemoryInstances:
    """Each says the commit that its AMI was built from, as those of the local cloud do; `said` is what a test wants."""

    def __init__(self, region: Region, commit_of: Callable[[str], str]):
        self.region, self.commit_of = region, commit_of
        self.said: dict[str, Said] = {}

    def ask(self, instances: Sequence[str], port: int, path: str) -> dict[str, Said]:
        return {instance: self.said.get(instance) or self._answer(instance) for instance in instances}

    def _answer(self, instance: str) -> Said:
        machine = self.region.machine(instance)
        if machine is None or not machine.alive or not machine.behaviour.starts:
            return Said(error="ConnectError")
        commit = self.commit_of(machine.ami)
        return Said(200, {"x-serin-commit": commit}, f'{{"commit": "{commit}"}}')
