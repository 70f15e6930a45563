"""Follows a push from its commit to its end, and keeps the picture of it fresh."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from include.demo.airflow_runs import ENDED
from include.demo.feed import Feed
from include.demo.flows import Flow, Question
from include.demo.live_view import Picture
from include.demo.push_story import PushStory
from include.demo.show import Show
from include.demo.side_by_side import SideBySide
from include.demo.stage import Stage
from include.domain.errors import SerinError
from include.domain.push import PushRecord

LOOK_SECONDS = 1.0
STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Seen:
    """A push as it was at the last look."""

    picture: Picture
    story: PushStory
    run_id: str
    run_state: str
    record: PushRecord | None = None
    reports: Sequence[str] = ()


def follow(stage: Stage, show: Show, flow: Flow, title: str, began: float, commit: str | None,
           once: bool = False) -> Seen:
    """Until the newest push of the flow has ended; with `commit` None, for ever: Ctrl-C ends it."""
    feed, question = stage.feed(*flow.environments), Question(stage, flow, show.told, once)
    notes = {"Airflow": stage.home.address, "local cloud": stage.cloud.data_url}
    gives_up = time.time() + STARTS_WITHIN_SECONDS
    with show.running():
        while True:
            stage.check()
            if seen := _look(stage, feed, flow.dag, title, began, notes, newest=commit is None):
                show.update(seen.picture)
                question.look(seen.run_id, seen.run_state)
                if commit and seen.run_state in ENDED:
                    break
                if commit and not seen.run_id and time.time() > gives_up:
                    raise TimeoutError(f"no push began within {STARTS_WITHIN_SECONDS} s of commit {commit[:12]}")
            time.sleep(LOOK_SECONDS)
    show.keep(seen.picture)
    push_id = seen.story.push_id
    return Seen(seen.picture, seen.story, seen.run_id, seen.run_state, feed.record(push_id), feed.reports(push_id))


def _look(stage: Stage, feed: Feed | SideBySide, dag: str, title: str, began: float,
          notes: dict[str, str], *, newest: bool) -> Seen | None:
    """The push of the newest run, or the newest of all (a rollback, say); None where something did not answer: the
    picture before stays."""
    try:
        runs, pushes = stage.runs.runs(dag), feed.pushes()
        run_id, state = (runs[-1]["dag_run_id"], runs[-1]["state"]) if runs else ("", "")
        found = pushes if newest else [push_id for push_id in pushes if is_of(push_id, run_id)]
        story = feed.story(found[-1]) if found else PushStory()
        picture = Picture(title, time.time(), began, feed.regions(), story, state or "waiting for the commit", notes)
        return Seen(picture, story, run_id, state)
    except (httpx.HTTPError, SerinError):
        return None


def is_of(push_id: str, run_id: str) -> bool:
    """The id of a push ends with what is made of its run's: a merge at the end of one starts another beside it."""
    return push_id.endswith(hashlib.sha1(run_id.encode(), usedforsecurity=False).hexdigest()[:6])
