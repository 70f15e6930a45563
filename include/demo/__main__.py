"""`make demo`: a commit on the prod branch reaches three regions, under real traffic, and is watched on the way."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from rich.console import Console

from include.demo import outcome
from include.demo.airflow_home import NotReady
from include.demo.airflow_settings import ROOT, clean_environment
from include.demo.flows import FLOWS, Flow
from include.demo.folders import Folder
from include.demo.follow import follow
from include.demo.show import Show
from include.demo.stage import ROLL_BACK_DAG, Stage
from include.domain.declared.environments import PROD
from include.domain.errors import SerinError
from include.local_cloud.service_repository import KINDS


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if not sys.platform.startswith("linux"):
        print("The demo needs Linux: every instance has an address of its own in 127.0.0.0/8.", file=sys.stderr)
        return outcome.NO_RECORD
    clean = clean_environment(os.environ)
    os.environ.clear()
    os.environ.update(clean)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT is ignored in what a script puts behind
        signal.signal(number, signal.default_int_handler)
    show = Show(Console(force_terminal=False if options.plain else None), options.began)
    folder = Folder(options.folder)
    flow = FLOWS[options.flow]
    stage = Stage(folder.path, tell=lambda text: show.told(f"{_clock(options.began)}  {text}"), others=flow.others)
    try:
        return _demo(stage, show, flow, options)
    except KeyboardInterrupt:
        return 0 if options.over else 130
    except (NotReady, TimeoutError, SerinError, httpx.HTTPError) as error:
        print(f"\nThe demo cannot go on: {error}\nIts logs are in {stage.processes.logs}.", file=sys.stderr)
        return outcome.NO_RECORD
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the tidying up
        show.told("Stopping …")
        stage.stop()


def _demo(stage: Stage, show: Show, flow: Flow, options: argparse.Namespace) -> int:
    def tell(text: str) -> None:
        show.told(f"{_clock(options.began)}  {text}")

    stage.start()
    commit = stage.commit(options.commit, flow.branch)
    tell(f"commit {commit[:12]} ({options.commit}) is on the branch {flow.branch}")
    flow.begin(stage, commit, tell)
    title = f"Serin demo: a commit of the kind {options.commit}"
    seen = follow(stage, show, flow, title, options.began, commit, options.once)
    show.told("")
    for line in (outcome.told(seen.record, seen.story, seen.run_state),
                 *outcome.lines(seen.picture, time.time() - options.began)):
        show.told(line)
    options.over = True
    if not options.once:
        _stay(stage, show, flow, title, options.began, seen)
    return outcome.exit_code(seen.record, seen.run_state)


def _stay(stage: Stage, show: Show, flow: Flow, title: str, began: float, seen) -> None:
    for line in addresses(stage, flow, seen):
        show.told(line)
    follow(stage, show, flow, title, began, commit=None)


def addresses(stage: Stage, flow: Flow, seen) -> list[str]:
    """Where a person can look on, and what they can do next."""
    airflow = stage.home.address
    reports = [f"{stage.cloud.endpoint}/{stage.service.archive.bucket}/{stage.service.archive.prefix}/{key}"
               for key in seen.reports]
    return ["", f"Airflow      {airflow}/dags/{flow.dag}",
            f"this push    {airflow}/dags/{flow.dag}/runs/{seen.run_id}",
            *(f"report       {report}" for report in reports),
            f"local cloud  {stage.cloud.data_url}   (AWS API: {stage.cloud.endpoint})",
            f"next push    commit to the branch {flow.branch} in {stage.repository}, or trigger {flow.dag} in Airflow",
            *([f"roll back    trigger {ROLL_BACK_DAG} in Airflow: {airflow}/dags/{ROLL_BACK_DAG}"]
              if flow.environments == (PROD,) else []),
            f"logs         {stage.processes.logs}", "", "Everything stays up until Ctrl-C.", ""]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m include.demo", description=__doc__)
    parser.add_argument("--commit", choices=KINDS, default="good", help="what is committed")
    parser.add_argument("--flow", choices=FLOWS, default="patch",
                        help="patch: a commit on prod, pushed; weekly: one on release, and the weekly push that waits "
                             "for a click; test, release: one on that branch, deployed")
    parser.add_argument("--once", action="store_true", help="exit with the push's outcome")
    parser.add_argument("--plain", action="store_true", help="lines instead of the live view")
    parser.add_argument("--folder", type=Path, default=ROOT / ".demo", help="where demos keep their files")
    parser.add_argument("--began", type=float, default=time.time(), help="when set-up began, epoch seconds")
    options = parser.parse_args(arguments)
    options.over = False
    return options


def _clock(began: float) -> str:
    minutes, seconds = divmod(int(time.time() - began), 60)
    return f"{minutes}:{seconds:02d}"


if __name__ == "__main__":
    sys.exit(main())
