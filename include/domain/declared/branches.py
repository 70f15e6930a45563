"""The branches that a service declares."""

from include.domain.settings import Settings


class Branches(Settings):
    """The three long-lived branches of the service's repository, and who signs the merges between them."""

    test: str = "test"
    release: str = "release"
    prod: str = "prod"
    merge_name: str = "Serin"
    merge_email: str = "serin@localhost"
