"""The calls that viewers make: every endpoint from every device, numbered; and how often each is made."""

from itertools import product
from urllib.parse import parse_qs, urlsplit

from include.local_cloud.behaviour import DEVICES, ENDPOINTS

CALLS = tuple(product(ENDPOINTS, DEVICES))
UNKNOWN = -1

ENDPOINT_WEIGHTS = dict.fromkeys(ENDPOINTS, 4) | {"home": 8, "play": 8, "artwork": 8, "search": 6, "events": 6}
DEVICE_WEIGHTS = dict.fromkeys(DEVICES, 3) | {"tv": 6, "phone": 5, "browser": 4}
WEIGHTS = tuple(ENDPOINT_WEIGHTS[endpoint] * DEVICE_WEIGHTS[device] for endpoint, device in CALLS)

TARGETS = tuple(f"/{endpoint}?device={device}".encode() for endpoint, device in CALLS)
_NUMBERS = {target: number for number, target in enumerate(TARGETS)}
_BY_NAME = {call: number for number, call in enumerate(CALLS)}


def number(target: bytes, device_header: bytes | None = None) -> int:
    """Which call a request's target is, or UNKNOWN. The device is in the query or in the header `x-device`."""
    known = _NUMBERS.get(target)
    if known is not None:
        return known
    try:
        url = urlsplit(target.decode("ascii"))
        devices = parse_qs(url.query).get("device", [])
    except ValueError:
        return UNKNOWN
    device = devices[0] if devices else (device_header or b"browser").decode("ascii", "replace")
    return _BY_NAME.get((url.path.strip("/").split("/")[0], device), UNKNOWN)
