"""behaviour.yaml: what is declared is used or refused."""

import pytest

from include.domain.errors import BadInput
from include.local_cloud.behaviour import Behaviour, read_behaviour


def test_what_is_not_declared_has_its_default():
    assert read_behaviour("slots: 9") == Behaviour(slots=9)


@pytest.mark.parametrize(("text", "said"), [
    ("slot: 3", "b.yaml: slot: no such key; there are starts, "),
    ("tail: {percents: 3}", "b.yaml: tail.percents: no such key"),
    ("errors: {plai: 3}", "b.yaml: errors.plai: "),
    ("errors: {play: 300}", "b.yaml: errors.play: "),
    ("slots: 0", "b.yaml: slots: "),
    ("memory_mb: 3000", "memory_mb: 3000 must be under memory_limit_mb, 2000"),
    ("- slots", "b.yaml: keys and values are expected, not list"),
    ("a: [", "b.yaml: not YAML"),
    ("", "b.yaml: keys and values are expected, not NoneType")])
def test_what_cannot_be_used_is_refused_with_file_and_key(text, said):
    with pytest.raises(BadInput) as refused:
        read_behaviour(text, "b.yaml")
    assert said in str(refused.value)
