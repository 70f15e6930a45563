"""What changes with a push, told before anything is changed: a page and its JSON in the archive, and a sentence.

Law 7: it fails no push. A passing fault is looked at again for a while; what is missing then is said, on the page, too.
"""

from collections.abc import Mapping
from datetime import timedelta

from include.domain.changes.report import ChangeReport, Told, told_of, with_missing, written
from include.domain.errors import Refused
from include.domain.looks import Look, Wait
from include.domain.push import Push
from include.domain.service import Service
from include.ports import Archive, Branches, Clusters, Images, Tickets
from include.steps.changes.asking import Asking
from include.steps.changes.compared import Material, compared
from include.steps.changes.kept import JSON, PAGE, kept_changes
from include.steps.push.reporting import keep_page, of_push

LOOK_EVERY, LIMIT = timedelta(seconds=10), timedelta(minutes=2)


def tell_changes(push: Push, service: Service, look: Look, branches: Branches, images: Images,
                 clusters: Mapping[str, Clusters], archive: Archive, tickets: Tickets) -> Told | Wait:
    """The report's sentence and address; what was told once stays so."""
    asking = Asking()
    told = asking.ask("what was told before", lambda: kept_changes(push.service, push.id, archive), None)
    if told:
        return told
    report = compared(Material(push, service, look.now, branches, images, clusters, archive, tickets, asking))
    if asking.passing and (wait := _again(asking, look)):
        return wait
    report = with_missing(report, (*asking.missing, *asking.passing))
    keeping = Asking()
    told = keeping.ask("the address of the page", lambda: _keep(report, archive), None)
    if not told and keeping.passing and (wait := _again(keeping, look)):
        return wait
    return told or told_of(with_missing(report, (*keeping.missing, *keeping.passing)), "")


def _again(asking: Asking, look: Look) -> Wait | None:
    """None once it was long enough: whoever waits for the push has waited for this, too."""
    gives_up = look.since + look.unseen + LIMIT
    if look.now >= gives_up:
        return None
    return Wait("; ".join(asking.passing), look.since, min(look.now + LOOK_EVERY, gives_up), gives_up)


def _keep(report: ChangeReport, archive: Archive) -> Told:
    """The page first: the JSON is the mark that all of it is told."""
    def draw() -> str:
        from include.reports.changes import changes_report

        return changes_report(report)

    page = keep_page(of_push(report.service, report.push_id, PAGE), draw, archive)
    told = told_of(report, page)
    try:
        archive.put(of_push(report.service, report.push_id, JSON), written(report, told), "application/json")
    except Refused:
        return kept_changes(report.service, report.push_id, archive) or told
    return told
