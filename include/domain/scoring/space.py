"""Room for what is worked out in a block of rows, taken once and used again for each block: fresh memory comes from the
system page by page, and that takes about as long as what is worked out in it."""

import numpy as np


class Space:
    """Arrays of `rows` × `points`, by name. Whoever asks for a name again overwrites what was in it."""

    def __init__(self, rows: int, points: int):
        self._size = rows, points
        self._kept: dict[str, np.ndarray] = {}

    def take(self, name: str, rows: int, dtype: type = np.float32) -> np.ndarray:
        """The first `rows` of it, with whatever numbers were left there."""
        if name not in self._kept:
            self._kept[name] = np.empty(self._size, dtype)
        return self._kept[name][:rows]

    def copy(self, name: str, values: np.ndarray, dtype: type = np.float32) -> np.ndarray:
        room = self.take(name, len(values), dtype)
        np.copyto(room, values, casting="unsafe")
        return room

    def pick(self, name: str, values: np.ndarray, where: np.ndarray, dtype: type = np.float32) -> np.ndarray:
        return np.compress(where, values, axis=0, out=self.take(name, np.count_nonzero(where), dtype))
