"""What people say to the bot, as a command. Pure."""

import re
from dataclasses import dataclass

# Each command, what it takes, and what it answers; those at the end change something, for declared people only.
COMMANDS = {
    "status": ("", "what runs in each region, and what is on its way"),
    "history": ("", "the last pushes, and how they ended"),
    "why": ("", "the last verdict on a canary, and its page"),
    "where": ("<commit or ticket>", "where it is: branches, AMI, gates, environments, regions"),
    "next slot": ("", "when each region may be pushed"),
    "who": ("", "who may act here, and who holds what"),
    "hold": ("[<reason>]", "begin no canary and no region until somebody resumes"),
    "resume": ("[<reason>]", "what was held back goes on"),
    "roll back": ("<region> [<reason>]", "the older AMI takes the traffic back there"),
}
ACTS = {"hold", "resume", "roll back"}
OTHER_WORDS = {"next": "next slot", "slot": "next slot", "next slots": "next slot", "rollback": "roll back"}


@dataclass(frozen=True)
class Command:
    """`name` is "" for what nobody knows; `rest` is what follows it, untrusted."""

    name: str
    rest: str = ""

    @property
    def acts(self) -> bool:
        return self.name in ACTS


def addressed(text: str, nick: str) -> str | None:
    """What was said to the bot: `serin: status`, `serin, status`, `@serin status` or `serin status`; None where it was
    said to somebody else. What is only about it begins with its name, too: so a command must follow."""
    match = re.match(rf"\s*@?{re.escape(nick)}\s*([:,]?)\s*(.*)", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        return None
    return match[2].strip() if match[1] or parse(match[2]).name else None


def parse(text: str) -> Command:
    """The longest command that the text begins with."""
    words = text.strip().rstrip("?!. ")
    for name in sorted([*COMMANDS, *OTHER_WORDS], key=len, reverse=True):
        match = re.match(rf"{name.replace(' ', r'[ _-]+')}(?![\w-])\s*(.*)", words, re.IGNORECASE | re.DOTALL)
        if match:
            return Command(OTHER_WORDS.get(name, name), match[1].strip())
    return Command("")


def usage() -> str:
    return "\n".join(f"{f'{name} {takes}'.strip()}: {says}" for name, (takes, says) in COMMANDS.items())
