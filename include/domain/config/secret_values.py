"""Which values of a configuration are never kept or shown: by what they are called, and by what they look like.

Rather one too many: what is hidden is still told to have changed. A UUID, a number and the id of an AWS thing are
shown.
"""

import re

_CALLED = re.compile(r"passw(or)?d|passphrase|secret|credential|token(?!iz)|(api|access|private)_?key|htpasswd|webhook|"
                     r"connection_?string", re.IGNORECASE)
_WORDS = {"key", "keys", "pass", "pwd", "pw", "cred", "creds", "private", "auth", "authorization", "bearer", "jwt",
          "salt", "pepper", "signature", "cookie", "dsn", "otp", "pat", "pin", "sas"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SHAPES = re.compile("|".join((
    r"-----BEGIN ",                                                 # PEM
    r"\b[a-z][a-z0-9+.-]{0,30}://[^/\s:@]*:[^/\s@]+@",              # a URL or DSN with a password
    r"(?:password|passwd|pwd|secret|token|sig|signature|(?:api|access|account)_?key)['\"]?\s{0,9}[=:]\s{0,9}[^\s;&]",
    r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}",                      # AWS
    r"\bAIza[\w-]{30,}",                                            # Google
    r"\bgh[oprsu]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{15,}", # GitHub, GitLab
    r"\bxox[a-z]-[\w-]{10,}|\bhooks\.slack\.com/services/",         # Slack
    r"\b[rsp]k_(?:live|test)_\w{10,}|\bsk-[\w-]{16,}",             # Stripe, OpenAI
    r"\beyJ[\w-]{8,}\.[\w-]{8,}",                                   # JWT
    r"\b(?:Basic|Bearer)\s+[\w+/=.~-]{8,}",
    r"\{SHA\}|\{SSHA\}|\$2[aby]\$|\$argon2|\$[156]\$",              # a hash of a password
)), re.IGNORECASE)
_AWS_ID = re.compile(r"\b[a-z]{1,10}-[0-9a-f]{8}(?:[0-9a-f]{9})?\b")
_PIECE = re.compile(r"[A-Za-z0-9+/]{16,}")
# Of a long piece: the words of names have 4 characters and more on the average, letters and digits thrown together
# about 2; and names have numbers in one or two places.
_WORD_LENGTH, _NUMBERS = 3, 4


_NEVER = {"", "true", "false", "null", "[]", "{}"}


def is_secret(key: str, value: str) -> bool:
    """`key` is dotted; any part of it may say so."""
    if value.lower() in _NEVER:
        return False
    return _is_called_secret(key) or bool(_SHAPES.search(value)) or looks_random(value)


def looks_random(value: str) -> bool:
    """Whether a long piece of it is no words: letters and digits in an order that nobody would choose."""
    return any(map(_is_random, _PIECE.findall(_AWS_ID.sub("", value))))


def _is_random(piece: str) -> bool:
    words = _WORD.findall(piece)
    numbers = sum(word.isdigit() for word in words)
    return numbers >= _NUMBERS or len(piece) < _WORD_LENGTH * len(words)


def _is_called_secret(key: str) -> bool:
    return bool(_CALLED.search(key.replace("-", "_"))) or any(word.lower() in _WORDS for word in _WORD.findall(key))
