"""Where what happens to a service is kept and told, as it declares it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from include.domain.settings import Settings


class ArchiveSettings(Settings):
    """Where records, events and reports are kept, for ever; the leases lie beside them."""

    connection: str
    bucket: str
    region: str
    prefix: str = "serin"


class ChatSettings(Settings):
    """Where the team reads of its pushes. `log` writes them to each task's log; for the others the bot's own process
    (`python -m plugins.chat_bot`) tells them, and answers. `may_act` are addresses or ids that the chat vouches for."""

    kind: Literal["log", "xmpp", "slack"] = "log"
    room: str = ""
    connection: str = ""
    nick: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$")] = "serin"
    airflow_connection: str = ""
    may_act: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_reached(self) -> "ChatSettings":
        if self.kind != "log" and not (self.room and self.connection):
            raise ValueError(f"kind {self.kind} needs a room and a connection")
        if self.kind == "log" and (self.connection or self.airflow_connection or self.may_act):
            raise ValueError("kind log hears nobody: connection, airflow_connection and may_act are for xmpp and slack")
        return self
