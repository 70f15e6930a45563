"""How moto's methods are replaced: one decorator, each use with its reason, so that the seams can be listed.

moto is pinned exactly; a name that is gone is an error at start, not a silent loss of physics.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

PATCHES: dict[str, str] = {}


def patched(owner: type, name: str, reason: str) -> Callable[[Callable], Callable]:
    """Put the function in place of `owner.name`; it is handed the original as its first argument."""
    original = getattr(owner, name)

    def put(replacement: Callable) -> Callable:
        @wraps(original)
        def method(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs)

        setattr(owner, name, method)
        PATCHES[f"{owner.__name__}.{name}"] = reason
        return replacement

    return put


def added(owner: type, name: str, reason: str) -> Callable[[Callable], Callable]:
    """Give `owner` a method that moto does not have."""
    if hasattr(owner, name):
        raise AttributeError(f"{owner.__name__}.{name} exists in this moto: patch it instead")

    def put(method: Callable) -> Callable:
        setattr(owner, name, method)
        PATCHES[f"{owner.__name__}.{name}"] = reason
        return method

    return put
