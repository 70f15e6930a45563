"""What the live view shows, read where it is true, in a few light calls: control plane, data plane, archive."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import httpx

from include.demo import scene
from include.demo.live_view import RegionPicture
from include.demo.push_story import PushStory, environment_of
from include.domain.asg_names import CANARY, cluster_name
from include.domain.declared.environments import PROD
from include.domain.push import Event, PushRecord
from include.domain.records import as_revision, newest, read
from include.ports import Archive


class Feed:
    """`control` and `data` are the local cloud's two addresses; `regions` are those of the environment, and shown in
    this order."""

    def __init__(self, control: str, data: str, archive: Archive, service: str, regions: Sequence[str],
                 environment: str = PROD):
        self._control, self._data, self._archive, self._service = control, data, archive, service
        self._regions, self._environment = regions, environment
        self._client = httpx.Client(timeout=10, trust_env=False)
        self._events: dict[str, Event] = {}

    def regions(self) -> list[RegionPicture]:
        declared = self._json(f"{self._control}/serin/state")["regions"]
        doing = self._json(f"{self._data}/state")["regions"]
        return [self._region(name, declared[name], doing[name]) for name in self._regions
                if name in declared and name in doing]

    def _region(self, name: str, declared: Mapping[str, Any], doing: Mapping[str, Any]) -> RegionPicture:
        """All viewers are prod's."""
        groups = scene.groups(declared, cluster_name(self._service, self._environment))
        seen = served(doing) if self._environment == PROD else scene.Served()
        return RegionPicture(name, hours(doing), bool(doing["in_peak"]), groups, seen, scene.builders(declared))

    def pushes(self) -> list[str]:
        """The ids of all pushes and rollbacks of the environment that the archive knows, the oldest first."""
        ids = {key.split("/")[2] for key in self._archive.keys(f"pushes/{self._service}/")}
        return sorted(found for found in ids if environment_of(found) == self._environment)

    def story(self, push_id: str) -> PushStory:
        """All events; each is read once."""
        folder = f"pushes/{self._service}/{push_id}/events/"
        for key in self._archive.keys(folder):
            if key not in self._events and (body := self._archive.get(key)):
                self._events[key] = event(json.loads(body))
        return PushStory.of(found for key, found in self._events.items() if key.startswith(folder))

    def record(self, push_id: str) -> PushRecord | None:
        """How the push ended, once it has."""
        folder = f"pushes/{self._service}/{push_id}/"
        number = newest(self._archive.keys(f"{folder}record"))
        body = self._archive.get(folder + as_revision("record.json", number)) if number else None
        return read(body) if body else None

    def reports(self, push_id: str) -> list[str]:
        """The keys of its pages."""
        return [key for key in self._archive.keys(f"pushes/{self._service}/{push_id}/") if key.endswith(".html")]

    def _json(self, address: str) -> Any:
        return self._client.get(address).raise_for_status().json()


def hours(region: Mapping[str, Any]) -> str:
    """`Tue 18:40 peak`; several markets of one region are told apart by name."""
    told = region["market_hours"]
    return ", ".join(f"{name + ' ' if len(told) > 1 else ''}{hour}{' peak' if name in region['in_peak'] else ''}"
                     for name, hour in told.items())


def served(region: Mapping[str, Any]) -> scene.Served:
    """What the region's viewers saw; a failure belongs to the canary where the canary gave the answer."""
    canaries = [asg for name, asg in region["asgs"].items() if f"-{CANARY}-" in name]
    requests = region["requests"]
    return scene.Served(requests["sent"], requests["failed"], sum(asg["served"] + asg["failed"] for asg in canaries),
                        sum(asg["failed"] for asg in canaries), requests["last_second"]["sent"])


def event(said: Mapping[str, Any]) -> Event:
    known = {field.name: said[field.name] for field in fields(Event) if field.name in said}
    return Event(**known | {"at": datetime.fromisoformat(said["at"])})
