"""Tickets of Jira, as the port `Tickets`: 100 ids a call, of Jira Cloud and of Jira Data Center. It only reads.

The client is the one of the Airflow provider's hook. Cloud has a call for issues by their keys; Data Center has a
search, in which one key that is not there would refuse all the others unless the query is not validated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from include.adapters.aws import chunks
from include.domain.changes.tickets import Ticket, ticket_ids
from include.domain.errors import BadInput, Final, Retryable

CALL = 100              # ids
READ_SECONDS = 20
FIELDS = ["summary", "status"]
CLOUD, SEARCH = "rest/api/3/issue/bulkfetch", "rest/api/2/search"
NOT_HERE = {404, 405, 410}
MOST_OF_AN_ANSWER = 300     # characters, in a message


class Client(Protocol):
    """What we need of atlassian.Jira."""

    url: str
    timeout: int

    def request(self, method: str, path: str, *, data: Any, advanced_mode: bool) -> Any: ...


class JiraTickets:
    """`connect` makes the client; it is asked when the first ticket is."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect

    def read(self, ids: Sequence[str]) -> dict[str, Ticket]:
        asked = [one for one in dict.fromkeys(ids) if ticket_ids(one, {one.rpartition("-")[0]}) == (one,)]
        if not asked:
            return {}
        client = self._connected()
        found = (issue for some in chunks(asked, CALL) for issue in _issues(client, some))
        return {ticket.id: ticket for issue in found if (ticket := _ticket(issue, client.url))}

    def _connected(self) -> Client:
        try:
            client = self._connect()
            if urlsplit(client.url or "").scheme not in {"https", "http"}:
                raise BadInput(f"{client.url!r} is no address of http or https")
        except Exception as error:
            raise BadInput(f"the connection to Jira cannot be used: {str(error)[:MOST_OF_AN_ANSWER]}") from error
        client.timeout = READ_SECONDS
        return client


def _issues(client: Client, keys: Sequence[str]) -> list[Any]:
    """Of whichever of the two this Jira is; a Cloud behind a name of one's own looks like a Data Center."""
    bulk = CLOUD, {"issueIdsOrKeys": list(keys), "fields": FIELDS}
    search = SEARCH, {"jql": f"key in ({','.join(keys)})", "fields": FIELDS, "maxResults": CALL, "validateQuery": False}
    is_cloud = urlsplit(client.url).hostname in {"api.atlassian.com"} or ".atlassian.net" in client.url
    first, second = (bulk, search) if is_cloud else (search, bulk)
    answer = _asked(client, *first)
    answer = _asked(client, *second) if answer.status_code in NOT_HERE else answer
    return _read(answer)


def _asked(client: Client, path: str, body: Mapping[str, Any]) -> Any:
    from requests.exceptions import ConnectionError, RequestException, Timeout

    try:
        return client.request("POST", path, data=body, advanced_mode=True)
    except (ConnectionError, Timeout) as error:
        raise Retryable(f"Jira did not answer: {type(error).__name__}") from error
    except RequestException as error:
        raise Final(f"Jira cannot be asked: {type(error).__name__}") from error


def _read(answer: Any) -> list[Any]:
    status = answer.status_code
    if status in {408, 425, 429} or status >= 500:
        raise Retryable(f"Jira did not answer: {status}")
    if status in {401, 403}:
        raise BadInput(f"Jira refuses the login of its connection: {status}")
    if status != 200:
        raise Final(f"Jira answered {status}: {answer.text[:MOST_OF_AN_ANSWER]}")
    try:
        issues = answer.json()["issues"]
    except (ValueError, KeyError, TypeError):
        issues = None
    if not isinstance(issues, list):
        raise Final("Jira answered with something else than issues")
    return issues


def _ticket(issue: Any, url: str) -> Ticket | None:
    """None for what is no issue with a key."""
    key = next(_texts(issue, "key"), "")
    if ticket_ids(key, {key.rpartition("-")[0]}) != (key,):
        return None
    fields = issue.get("fields")
    return Ticket(key, next(_texts(fields, "summary"), ""), next(_texts(_of(fields, "status"), "name"), ""),
                  f"{url.rstrip('/')}/browse/{key}")


def _of(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _texts(value: Any, name: str) -> Iterator[str]:
    found = _of(value, name)
    if isinstance(found, str):
        yield found
