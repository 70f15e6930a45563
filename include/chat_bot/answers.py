"""What the bot answers: from the archive, from AWS and, for what changes something, through Airflow's own REST API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.chat_bot.commands import Command, parse, usage
from include.chat_bot.room import Heard
from include.domain import asg_tags
from include.domain.announcements import Announcement, Kind, is_push
from include.domain.asg_names import cluster_name
from include.domain.errors import SerinError
from include.domain.peak_windows import Market, MarketClock
from include.domain.service import Service
from include.domain.slots import next_slot
from include.domain.standing import red
from include.ports import Archive, Branches, Clusters, Images, Leases
from include.steps.branches.where import where
from include.steps.canary.scoring import kept_verdict
from include.steps.lease import lease_key
from include.steps.push.hold import hold_key, said

ENVIRONMENT = "prod"
MOST = 5                # pushes of a history



@dataclass(frozen=True)
class Sources:
    """Whom the bot asks. `places` are the clusters by environment and region, those of prod in push order.
    `start(dag, conf)` starts a run and returns its page; None where the bot has no account in Airflow."""

    archive: Archive
    leases: Leases
    branches: Branches
    images: Images
    places: Mapping[tuple[str, str], Clusters]
    markets: Mapping[str, Market]
    start: Callable[[str, Mapping[str, Any]], str] | None

    @property
    def clusters(self) -> Mapping[str, Clusters]:
        """Of prod, by region."""
        return {region: port for (environment, region), port in self.places.items() if environment == ENVIRONMENT}


class Answers:
    def __init__(self, service: Service, sources: Sources, now: Callable[[], datetime]):
        self._service, self._ask, self._now = service, sources, now
        self._known: Mapping[str, Callable[[Command, Sequence[Announcement]], str]] = {
            "status": self._status, "history": self._history, "why": self._why, "where": self._where,
            "next slot": self._next_slot, "who": self._who}

    def answer(self, heard: Heard, announced: Sequence[Announcement]) -> str:
        """Never raises for what a person said; an error of ours is a sentence, too."""
        command = parse(heard.text)
        try:
            if command.acts:
                return self._act(command, heard)
            known = self._known.get(command.name)
            return known(command, announced) if known else f"I know:\n{usage()}"
        except SerinError as error:
            return f"that could not be answered now: {error}"

    def _status(self, _: Command, announced: Sequence[Announcement]) -> str:
        cluster = cluster_name(self._service.service, ENVIRONMENT)
        lines = [f"{region}: {self._runs(port, cluster)}" for region, port in self._ask.clusters.items()]
        held = self._ask.leases.holder(hold_key(self._service, ENVIRONMENT))
        return "\n".join([*lines, *([said(held, self._service, ENVIRONMENT)] if held else []), _on_its_way(announced)])

    def _runs(self, port: Clusters, cluster: str) -> str:
        try:
            there = red(port.asgs(cluster), cluster)
        except SerinError as error:     # one region that does not answer hides no other
            return f"does not answer: {error}"
        return " beside ".join(f"{asg.name} ({asg.tags.get(asg_tags.COMMIT, 'commit unknown')[:12]}, {asg.in_service} "
                               f"in service)" for asg in there) or "nothing takes traffic"

    def _history(self, _: Command, announced: Sequence[Announcement]) -> str:
        ends = [one for one in announced if one.kind == Kind.FINISH and is_push(one)]
        newest = sorted(ends, key=lambda one: one.at)[-MOST:]
        return "\n".join(f"{one.at:%a %Y-%m-%d %H:%M} UTC {one.about}: {one.text}" for one in reversed(newest)) \
            or "no push ended in this month or the last"

    def _why(self, _: Command, announced: Sequence[Announcement]) -> str:
        newest_first = sorted(filter(is_push, announced), key=lambda one: one.at, reverse=True)
        for push in dict.fromkeys(one.about for one in newest_first):
            verdict = kept_verdict(self._service.service, push, self._ask.archive)
            if verdict:
                return f"{push}: {verdict.reason} ({verdict.metrics} metrics) {verdict.report}".rstrip()
        return "no canary was judged in this month or the last"

    def _where(self, command: Command, _: Sequence[Announcement]) -> str:
        if not command.rest:
            return "where is what? Give a commit or a ticket"
        ask = self._ask
        return "\n".join(where(command.rest, self._service, ask.branches, ask.images, ask.archive, ask.places).lines())

    def _next_slot(self, _: Command, __: Sequence[Announcement]) -> str:
        return "\n".join(self._slot(here.region, here.markets)
                         for here in self._service.environments[ENVIRONMENT].regions)

    def _slot(self, region: str, names: Sequence[str]) -> str:
        service = self._service
        clock = MarketClock(service.time_scale, service.time_zero)
        markets = [self._ask.markets[name] for name in names if name in self._ask.markets]
        slot = next_slot(markets, clock, self._now(), timedelta(minutes=service.red_black.region_minutes),
                         service.freezes)
        ends = f" until {slot.ends:%a %H:%M} UTC" if slot.ends else ""
        if slot.is_now:
            return f"{region}: now{ends}"
        return f"{region}: from {slot.starts:%a %H:%M} UTC{ends}: {slot.reason}"

    def _who(self, _: Command, announced: Sequence[Announcement]) -> str:
        may = ", ".join(self._service.chat.may_act) or "nobody"
        keys = [lease_key(self._service.service, ENVIRONMENT, region) for region in self._ask.clusters]
        held = [f"{lease.key}: {lease.what} {lease.owner}" for lease in map(self._ask.leases.holder, keys) if lease]
        return "\n".join([f"{may} may hold, resume and roll back here", *held, _on_its_way(announced)])

    def _act(self, command: Command, heard: Heard) -> str:
        """Only for a declared person whom the chat vouches for: a nick is anybody's to take."""
        if not heard.account:
            return f"{command.name}: this room does not show me who you are, so I cannot do that for you"
        if heard.account.lower() not in {one.lower() for one in self._service.chat.may_act}:
            return f"{command.name}: {heard.account} is not declared in chat.may_act of {self._service.service}"
        if self._ask.start is None:
            return f"{command.name}: I have no account in Airflow (chat.airflow_connection)"
        region, reason = self._asked(command)
        if command.name == "roll back" and region not in self._ask.clusters:
            return f"roll back where? There are {', '.join(self._ask.clusters)}"
        conf = {"reason": f"{reason or 'no reason given'} (asked for by {heard.account} in the room)"[:300]}
        verb = command.name.replace(" ", "_")
        page = self._ask.start(f"{self._service.service}_{verb}",
                               conf | ({"regions": [region]} if verb == "roll_back" else {}))
        return f"{command.name}{f' {region}' if region else ''}: on its way for {heard.account}: {page}"

    @staticmethod
    def _asked(command: Command) -> tuple[str, str]:
        if command.name != "roll back":
            return "", command.rest
        region, _, reason = command.rest.partition(" ")
        return region, reason.strip()


def _on_its_way(announced: Sequence[Announcement]) -> str:
    """The newest of each push that was begun and has not ended."""
    pushes = [one for one in sorted(announced, key=lambda one: one.at) if is_push(one)]
    ended = {one.about for one in pushes if one.kind == Kind.FINISH}
    newest = {one.about: one for one in pushes if one.about not in ended}
    return "\n".join(str(one) for one in newest.values()) or "nothing is on its way"
