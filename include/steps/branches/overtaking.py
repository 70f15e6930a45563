"""An older commit never overtakes a newer one: only a rollback goes back."""

from collections.abc import Iterable

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.domain.errors import Refused
from include.domain.service import Service
from include.ports import Branches


def must_not_go_back(commit: str, running: Iterable[Asg], region: str, service: Service,
                     branches: Branches) -> list[str]:
    """Refused where one of these ASGs runs a newer commit. What the repository does not know is no reason to refuse:
    a sentence for each."""
    unknown = []
    for asg in running:
        runs = asg.tags.get(asg_tags.COMMIT, "")
        is_older = branches.is_older(commit, runs) if commit and runs else False
        if is_older:
            raise Refused(f"commit {commit[:12]} is older than {runs[:12]}, which {asg.name} runs in {region}: a push "
                          f"never goes back; {service.service}_roll_back does")
        if is_older is None:
            unknown.append(f"whether {commit[:12]} is older than {runs[:12]}, which {asg.name} runs in {region}, is "
                           "not known: the repository does not have both")
    return unknown
