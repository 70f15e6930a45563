"""Who may do what with a service, as it declares it."""

from typing import Annotated

from pydantic import AfterValidator, Field

from include.domain.settings import Settings

STOCK = ("Admin", "Op", "User", "Viewer", "Public")


def _its_own(role: str) -> str:
    if role.casefold() in {stock.casefold() for stock in STOCK}:
        raise ValueError(f"{role} is a role of Airflow's own, which has its rights on every DAG: name one of yours")
    return role


Role = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"), AfterValidator(_its_own)]
Roles = tuple[Role, ...]


class Permissions(Settings):
    """For each act, the roles of Airflow's FAB auth manager that may do it; who has any of them may read. Where nobody
    is named, only Airflow's administrators may."""

    read: Roles = ()
    push: Roles = ()
    approve: Roles = ()
    roll_back: Roles = ()
    hold: Roles = ()
    lift_veto: Roles = ()
    squeeze: Roles = ()
    deploy: Roles = ()

    def acts_of(self, role: str) -> tuple[str, ...]:
        """What the role is declared for."""
        return tuple(act for act in type(self).model_fields if role in getattr(self, act))

    @property
    def roles(self) -> Roles:
        """All that are named, each once."""
        return tuple(dict.fromkeys(role for act in type(self).model_fields for role in getattr(self, act)))
