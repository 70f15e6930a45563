"""What people wrote, made fit to be shown: nothing in it turns the text around, is unseen, or is endless.

Escaping is the page's own business; what is dealt with here is what escaping leaves as it is.
"""

import re

# Other control characters, half surrogates, what turns the direction of the text, and what has no width.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
                     "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
INSTEAD = "\ufffd"


def shown(text: str, most: int) -> str:
    """The text with each such character replaced, and at most so many characters long."""
    cut = text[:most + 1].replace("\r\n", "\n").replace("\t", " ")
    clean = _UNSEEN.sub(INSTEAD, cut)
    return clean if len(text) <= most else f"{clean[:most].rstrip()}…"


def one_line(text: str, most: int) -> str:
    """The same on one line."""
    return shown(" ".join(text[:most * 4 + 1].split()), most)
