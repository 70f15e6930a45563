"""What the bot needs of a chat, whichever it is."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from include.domain.announcements import Message


@dataclass(frozen=True)
class Heard:
    """Somebody spoke to the bot. `who` is as the room shows them, and anybody's choice; `account` is whom the chat
    vouches for ("" where it does not say). `where` is what the chat needs for the answer."""

    text: str
    who: str
    account: str
    where: Any


class Room(Protocol):
    """One room. It comes back by itself; `there` says whether it can be spoken to at the moment."""

    @property
    def there(self) -> bool: ...

    @property
    def seen(self) -> Iterable[str]:
        """Ids of announcements that the room has, as its own history shows."""

    async def stay(self) -> None:
        """Be in the room until it is cancelled, whatever happens to server and network."""

    async def tell(self, message: Message) -> bool:
        """Whether the room has it; False where nobody knows: it is then told again."""

    async def set_topic(self, text: str) -> None:
        """Only where it is another one."""

    def heard(self) -> AsyncIterator[Heard]: ...

    async def answer(self, heard: Heard, text: str) -> None: ...
