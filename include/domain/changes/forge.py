"""Where a person reads a commit in the browser: worked out from the repository's URL, without what is secret in it."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

SCP = re.compile(r"(?:[\w.+-]+@)?([\w.-]+\.[a-z]+):(?!//)([^\s]+)")     # git@github.com:team/api.git
COMMIT, OLD, NEW = "{commit}", "{old}", "{new}"


@dataclass(frozen=True)
class Forge:
    """Patterns of two pages; "" where there is none."""

    commit_pattern: str = ""
    compare_pattern: str = ""

    def commit(self, sha: str) -> str:
        """The page of a commit; "" where nobody knows it."""
        return self.commit_pattern.replace(COMMIT, sha) if is_hash(sha) else ""

    def compare(self, old: str, new: str) -> str:
        """The page of the difference between two commits."""
        known = is_hash(old) and is_hash(new)
        return self.compare_pattern.replace(OLD, old).replace(NEW, new) if known else ""


PAGES = {
    "github": ("/commit/{commit}", "/compare/{old}...{new}"),
    "gitlab": ("/-/commit/{commit}", "/-/compare/{old}...{new}"),
    "bitbucket": ("/commits/{commit}", "/branches/compare/{new}%0D{old}"),
}


def forge_of(repository: str, declared: str = "") -> Forge:
    """Of what the service declares, or of the repository's URL; a forge that is not known has no pages."""
    if declared:
        return Forge(declared)
    host, path = _place(repository)
    kind = _kind(host)
    if not kind or path.count("/") < 1:
        return Forge()
    # Nothing that a path holds may be read as a pattern: braces are quoted, too.
    top = f"https://{host}/{quote(path)}"
    commit, compare = PAGES[kind]
    return Forge(top + commit, top + compare)


def is_hash(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{7,64}", text))


def _place(repository: str) -> tuple[str, str]:
    """Host and path; ("", "") for a path on this machine."""
    if "://" not in repository:
        match = SCP.fullmatch(repository)
        return (match[1].lower(), _path(match[2])) if match else ("", "")
    try:
        url = urlsplit(repository)
        host = (url.hostname or "") + (f":{url.port}" if url.port and url.scheme == "https" else "")
    except ValueError:
        return "", ""
    return (host, _path(url.path)) if url.scheme in {"https", "http", "ssh"} else ("", "")


def _path(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def _kind(host: str) -> str:
    """bitbucket.org alone: Bitbucket on a host of one's own has other pages, which are declared."""
    if host == "bitbucket.org":
        return "bitbucket"
    first = host.split(".")[0]
    return first if first in {"github", "gitlab"} and re.fullmatch(r"[a-z0-9.-]+(:\d+)?", host) else ""
