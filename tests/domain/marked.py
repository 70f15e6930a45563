"""ASGs with the tags that a push leaves on them."""

from datetime import UTC, datetime, timedelta

from include.domain import asg_tags
from include.domain.cluster import Asg, Instance

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINE = {asg_tags.PUSH: "mine", asg_tags.ROLE: "new"}
BLACK = {asg_tags.COLOUR: "black", asg_tags.DISABLED_BY: "mine"}


def asg(name: str, desired: int = 2, deleting: bool = False, **tags: str) -> Asg:
    instances = tuple(Instance(f"i-{name}-{n}", "InService", True, "a") for n in range(desired))
    age = timedelta(minutes=int(name[-3:]))
    return Asg(name, NOW + age, 0, 9, desired, instances, (), "ami-1", "lt-1", "1", tags=tags, deleting=deleting)


def tagged(name: str, *some: dict[str, str], **facts) -> Asg:
    found = asg(name, **facts)
    return Asg(**{**vars(found), "tags": {key: value for tags in some for key, value in tags.items()}})


