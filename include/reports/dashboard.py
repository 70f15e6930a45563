"""The dashboard's page, from a view that was read before. The same rules as for every page: whole, escaped, and no
script but its own."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from include.reports.render import TEMPLATES, page


def dashboard_page(view: Any, others: Sequence[str], actions: Sequence[tuple[str, str]]) -> str:
    """`view` is include.dashboard's; `others` are further services that the reader may see; `actions` are DAGs that the
    reader may start, and what each does."""
    script, policy = _script()
    environments = dict.fromkeys(here.environment for here in view.regions)
    return page("dashboard.html", view=view, others=others, actions=actions, environments=environments, script=script,
                policy=policy)


def where_page(service: str, asked: str, lines: Sequence[str]) -> str:
    return page("where.html", service=service, asked=asked, lines=lines)


@cache
def _script() -> tuple[Markup, str]:
    text = (TEMPLATES / "dashboard.js").read_text("utf-8")
    return Markup(text), f"script-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
