"""`python -m plugins.chat_bot`: the bot in the team's rooms, a process of its own beside Airflow's.

It needs the same environment as Airflow's components: the service files, and the connections from the environment or a
secrets backend. Killed at any instant it goes on where it was: what is told lies in the archive. A service that is
added gets its bot within a minute; what is wrong with one is said, and keeps no other from its room.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from include.catalog import ServiceFile, load_services, service_files
from include.chat_bot.airflow import Airflow
from include.chat_bot.answers import Answers, Sources
from include.chat_bot.bot import Bot
from include.chat_bot.delivery import Delivery
from include.chat_bot.room import Room
from include.domain.errors import BadInput
from include.domain.service import Service
from plugins import wiring
from plugins.meter import start_stats

log = logging.getLogger("serin.chat_bot")
LOOK_SECONDS, ALIVE_SECONDS = 60.0, 10.0


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m plugins.chat_bot", description=__doc__.split("\n")[0])
    parser.add_argument("services", nargs="*", help="default: every service whose chat is one that hears")
    parser.add_argument("--alive", type=Path, help=f"a file that is touched every {ALIVE_SECONDS:.0f} s while it lives")
    asked = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    start_stats()
    try:
        bots = Bots(asked.services)
    except BadInput as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    asyncio.run(_sit(bots, asked.alive))
    return 0


class Bots:
    """The bots of the services that are named, whose first fault is an error, or of all that there ever are."""

    def __init__(self, names: Sequence[str] = ()):
        self._named = {service.service: bot_of(service) for service in _chosen(names)} if names else None
        self._sits: set[str] = set()
        self._said: set[str] = set()

    def new(self) -> list[Bot]:
        """Those that do not sit yet. What is wrong with a service is logged once, and tried again."""
        if self._named is not None:
            bots, self._named = list(self._named.values()), {}
            return bots
        try:
            bots = [bot for file in service_files() if (bot := self._of(file))]
        except BadInput as wrong:
            return self._say(str(wrong)) or []
        if not self._sits:
            self._say(f"no service has a chat of kind {' or '.join(ROOMS)} yet")
        return bots

    def _of(self, file: ServiceFile) -> Bot | None:
        name = file.service.service if file.service else file.path.name
        if name in self._sits or (file.service and file.service.chat.kind not in ROOMS):
            return None
        try:
            if file.error:
                raise file.error
            bot = bot_of(file.service)
        except Exception as wrong:      # of one service: the others are told
            return self._say(f"{name} has no bot: {wrong}")
        self._sits.add(name)
        return bot

    def _say(self, what: str) -> None:
        if what not in self._said:
            self._said.add(what)
            log.warning("%s", what)


def bot_of(service: Service) -> Bot:
    """The service's bot, with everything that it speaks to."""
    everywhere = wiring.ports(service.service, "prod", "")
    archive = everywhere.archive
    places = {(environment, here.region): wiring.ports(service.service, environment, here.region).clusters
              for environment, settings in service.environments.items() for here in settings.regions}
    sources = Sources(archive, everywhere.leases, everywhere.branches, everywhere.images, places, everywhere.markets,
                      _start(service))
    delivery = Delivery(service.service, service.chat.kind, archive)
    return Bot(service.service, ROOMS[service.chat.kind](service), delivery, _now,
               Answers(service, sources, _now).answer, everywhere.meter)


def _chosen(names: Sequence[str]) -> list[Service]:
    services = load_services()
    if unknown := sorted(set(names) - set(services)):
        raise BadInput(f"no service {unknown[0]!r}; there are {', '.join(services)}")
    if deaf := [name for name in names if services[name].chat.kind not in ROOMS]:
        raise BadInput(f"the chat of {deaf[0]} is of kind {services[deaf[0]].chat.kind}, which hears nobody; "
                       f"there are {', '.join(ROOMS)}")
    return [services[name] for name in names]


async def _sit(bots: Bots, alive: Path | None = None) -> None:
    """Until SIGTERM or Ctrl-C."""
    sitting = asyncio.ensure_future(_let_sit(bots, alive))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, sitting.cancel)
    try:
        await sitting
    except asyncio.CancelledError:
        log.info("the bot leaves")


async def _let_sit(bots: Bots, alive: Path | None) -> None:
    async with asyncio.TaskGroup() as tasks:
        while True:
            for bot in await asyncio.to_thread(bots.new):
                tasks.create_task(bot.sit())
            for _ in range(round(LOOK_SECONDS / ALIVE_SECONDS)):
                if alive:
                    alive.touch()
                await asyncio.sleep(ALIVE_SECONDS)


def _xmpp(service: Service) -> Room:
    from airflow.sdk import BaseHook

    from include.chat_bot.xmpp import Account, XmppRoom

    found = BaseHook.get_connection(service.chat.connection)
    if not found.login or "@" not in found.login:
        raise BadInput(f"connection {found.conn_id}: its login must be the bot's address, as in serin@example.org")
    account = Account(found.login, found.password or "", found.host or "", found.port or 0,
                      str(found.extra_dejson.get("ca_file", "")))
    return XmppRoom(account, service.chat.room, service.chat.nick)


def _slack(service: Service) -> Room:
    from airflow.providers.slack.hooks.slack import SlackHook

    from include.chat_bot.slack import SlackRoom

    return SlackRoom(SlackHook(slack_conn_id=service.chat.connection).client, service.chat.room, service.chat.nick)


def _start(service: Service) -> Callable[..., str] | None:
    if not service.chat.airflow_connection:
        return None
    from airflow.sdk import BaseHook

    from include.adapters.http import client

    found = BaseHook.get_connection(service.chat.airflow_connection)
    name, password = found.login or "", found.password or ""
    found.login = found.password = None     # Airflow takes a token, not these
    return Airflow(client(found), name, password).start


def _now() -> datetime:
    return datetime.now(UTC)


ROOMS: Mapping[str, Callable[[Service], Room]] = {"xmpp": _xmpp, "slack": _slack}

if __name__ == "__main__":
    sys.exit(main())
