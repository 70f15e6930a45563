"""Where a service's tickets are, as it declares it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from include.domain.settings import Settings

PLACE = "{id}"


def pattern_of(place: str) -> AfterValidator:
    """A setting that is the address of a page, with this in place of what differs; or "": there is none."""
    def checked(value: str) -> str:
        rest = value.replace(place, "", 1)
        fits = value.startswith(("https://", "http://")) and rest != value and rest.isascii() and rest.isprintable()
        if value and (not fits or set(rest) & set("{}<>\"'` ")):
            raise ValueError(f"an address of http or https is needed, with {place} once in it")
        return value
    return AfterValidator(checked)


class TicketSettings(Settings):
    """The ticket store whose ids stand in commit messages. `projects` are those that count; without any, all do."""

    kind: Literal["none", "jira"] = "none"
    connection: str = ""
    url: Annotated[str, pattern_of(PLACE)] = ""
    projects: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,31}$")], ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "TicketSettings":
        if self.kind == "none" and self.connection:
            raise ValueError("connection: kind none asks nobody; name the kind, or no connection")
        if self.kind != "none" and not self.connection:
            raise ValueError(f"connection: kind {self.kind} needs an Airflow connection")
        return self

    def link(self, ticket: str) -> str:
        """Where a person reads the ticket; "" where that is not declared."""
        return self.url.replace(PLACE, ticket)
