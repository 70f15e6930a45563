"""`python -m plugins.chat_bot`: the bot in the team's rooms, a process of its own beside Airflow's.

It needs the same environment as Airflow's components: the service files, and the connections from the environment or a
secrets backend. Killed at any instant it goes on where it was: what is told lies in the archive.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from include.catalog import load_services
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


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m plugins.chat_bot", description=__doc__.split("\n")[0])
    parser.add_argument("services", nargs="*", help="default: every service whose chat is one that hears")
    asked = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    start_stats()
    try:
        bots = [bot_of(service) for service in _chosen(asked.services)]
    except BadInput as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    asyncio.run(_sit(bots))
    return 0


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
    found = [services[name] for name in names or services if services[name].chat.kind in ROOMS]
    if not found:
        raise BadInput(f"no service has a chat of kind {' or '.join(ROOMS)}")
    return found


async def _sit(bots: Sequence[Bot]) -> None:
    """Until SIGTERM or Ctrl-C."""
    sitting = asyncio.gather(*(bot.sit() for bot in bots))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, sitting.cancel)
    try:
        await sitting
    except asyncio.CancelledError:
        log.info("the bot leaves")


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
