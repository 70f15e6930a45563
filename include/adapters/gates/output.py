"""What a gate's commands print: any number of bytes of any kind, of which the first and the last are kept."""

FIRST, LAST = 256 * 1024, 768 * 1024    # bytes
LINE = 300                              # characters of a line that is told
NOTE = "[gate"                          # how a line begins that no command printed


class Output:
    def __init__(self) -> None:
        self._length, self._first, self._last = 0, bytearray(), bytearray()

    def write(self, chunk: bytes) -> None:
        self._length += len(chunk)
        room = FIRST - len(self._first)
        self._first += chunk[:room]
        self._last += chunk[room:]
        if len(self._last) > 2 * LAST:
            del self._last[:-LAST]

    def kept(self) -> bytes:
        """All of it, or its two ends and how much is missing between them."""
        last = bytes(self._last[-LAST:])
        left_out = self._length - len(self._first) - len(last)
        cut = f"\n[… {left_out:,} of {self._length:,} bytes are left out here …]\n" if left_out else ""
        return bytes(self._first) + cut.encode() + last

    def last_line(self) -> str:
        return (last_lines(bytes(self._last or self._first)[-8 * LINE:], 1) or [""])[0]


def last_lines(log: bytes, most: int) -> list[str]:
    """The last lines of the commands that say something, as a person may be shown them."""
    lines = [line for line in log.decode("utf-8", "replace").splitlines() if line.strip() and not line.startswith(NOTE)]
    return ["".join(c if c.isprintable() else " " for c in line[-LINE:]).strip() for line in lines[-most:]]


def shortened(text: str) -> str:
    """For a sentence."""
    return text if len(text) <= LINE else f"{text[:LINE]}…"
