"""Which commits run."""

from collections.abc import Iterable

from include.domain import asg_tags
from include.domain.cluster import Asg
from include.ports import Images


def commits_of(asgs: Iterable[Asg], images: Images) -> dict[str, list[Asg]]:
    """The ASGs by the commit that they run: by their own tag, or by their AMI's where the team made the ASG. One of
    which neither says it is left out."""
    found: dict[str, list[Asg]] = {}
    of_ami: dict[str, str] = {}
    for asg in asgs:
        commit = asg.tags.get(asg_tags.COMMIT, "")
        if not commit and asg.ami not in of_ami:
            image = images.named(asg.ami)
            of_ami[asg.ami] = image.commit if image else ""
        if commit := commit or of_ami[asg.ami]:
            found.setdefault(commit, []).append(asg)
    return found
