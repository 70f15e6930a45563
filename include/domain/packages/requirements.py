"""A requirements.txt that pins what is installed, as pip and uv write one."""

import re

from include.domain.manifest import Package
from include.domain.packages.listed import LONGEST, Listed, listed, printable

_COMMENT = re.compile(r"(^|\s)#.*$")
_INCLUDES = ("-r", "-c", "--requirement", "--constraint")
_PER_REQUIREMENT = re.compile(r"\s--(hash|config-settings?|global-option)[ =].*$")
_OUR_OWN = re.compile(r"(-e|--editable)\b|\.{0,2}/|\.$")     # the service's own source, which has no version


def read_requirements(text: str) -> Listed:
    packages, wrong = [], []
    for number, line in _lines(text):
        try:
            packages += _packages(line)
        except ValueError as error:
            said, *_ = str(error).splitlines()      # the others repeat the line, and who may read there
            wrong.append(f"line {number}: {printable(said)}")
    return listed(packages, wrong)


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that say something, with the number of their first; a backslash goes on in the next."""
    found, begun = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        if not begun:
            first = number
        begun += _COMMENT.sub("", line)
        if begun.endswith("\\"):
            begun = begun[:-1] + " "
            continue
        if begun.strip():
            found.append((first, begun.strip()))
        begun = ""
    return [*found, (first, begun.strip())] if begun.strip() else found


def _packages(line: str) -> list[Package]:
    """ValueError says what of it cannot be known."""
    from packageurl import PackageURL
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    if line.startswith(_INCLUDES):
        raise ValueError(f"{without_login(line)!r} lists more: declare that file, too")
    if line.startswith("--") or _OUR_OWN.match(line):
        return []
    wanted = Requirement(_PER_REQUIREMENT.sub("", line))
    name = canonicalize_name(wanted.name)
    if wanted.url:
        return [Package(name, without_login(wanted.url), "pypi", PackageURL("pypi", None, name).to_string())]
    pins = [pin.version for pin in wanted.specifier if pin.operator in ("==", "===") and not pin.version.endswith(".*")]
    if not pins:
        raise ValueError(f"{line[:LONGEST]!r} is not pinned: it needs == and a version")
    return [Package(name, pins[0], "pypi", PackageURL("pypi", None, name, pins[0]).to_string())]


def without_login(url: str) -> str:
    """Where it comes from, without who may read there."""
    return re.sub(r"(?<=//)[^/@]*@", "", url.partition("?")[0])
