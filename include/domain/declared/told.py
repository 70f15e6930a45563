"""Where what happens to a service is kept and told, as it declares it."""

from typing import Literal

from include.domain.settings import Settings


class ArchiveSettings(Settings):
    """Where records, events and reports are kept, for ever; the leases lie beside them."""

    connection: str
    bucket: str
    region: str
    prefix: str = "serin"


class ChatSettings(Settings):
    """Where the team reads of its pushes. `log` writes them to the task's log."""

    kind: Literal["log"] = "log"
    room: str = ""
