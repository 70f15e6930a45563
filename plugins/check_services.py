"""What is wrong with the declared files, as one import error that a person can read; what is good is kept."""

from include.catalog import ServiceFile, load_markets, markets_path, service_files
from include.domain.errors import BadInput
from include.strict_yaml import text_of
from plugins import last_good
from plugins.services import as_it_was, markets


def check_services() -> None:
    """BadInput with each file that cannot be used under a heading of its own: what is wrong, and what counts now."""
    wrong_markets = _wrong_markets()
    files = list(service_files(markets=markets()))
    bad = [file for file in files if file.error]
    _keep(files, with_markets=not wrong_markets and not bad)
    said = [wrong_markets] if wrong_markets else []
    since = last_good.files() if bad else {}
    said += [_paragraph(file, since) for file in bad]
    if said:
        raise BadInput("\n\n".join((f"{len(said)} of {len(files) + 1} declared files cannot be used; no other is "
                                    "touched by them.", *said)))


def _keep(files: list[ServiceFile], with_markets: bool) -> None:
    """The markets only where every service fits them: what was good fits together."""
    good = {file.path.name: text_of(file.path) for file in files if file.service}
    if with_markets:
        good[markets_path().name] = text_of(markets_path())
    last_good.keep(good, {file.path.name for file in files} | {markets_path().name})


def _wrong_markets() -> str:
    try:
        load_markets()
    except BadInput as error:
        return f"{markets_path().name}: the markets count as they were when they last could be used.\n{_lines(error)}"
    return ""


def _paragraph(file: ServiceFile, since: dict[str, str]) -> str:
    name = file.path.name
    service = as_it_was(file)
    counts = (f"{service.service} goes on as this file was on {since.get(name, 'an earlier day')}: its DAGs stay, and "
              "pushes that are under way, too" if service else "it never could be used, and has no DAGs")
    return f"{name}: {counts}.\n{_lines(file.error)}"


def _lines(error: BadInput | None) -> str:
    return "\n".join(f"    {line}" for line in str(error).splitlines())
