"""The one error that a user's input can cause."""

import re


class InputError(ValueError):
    """Something the user gave cannot be used; its message is one line, whatever it quotes.

    Args:
        place: the file, config key or argument that is wrong.
        found: what stands there.
        expected: what would have been right.
        remedy: what to do about it, as an instruction.
    """

    def __init__(self, place: object, found: object, expected: object, remedy: object):
        super().__init__(re.sub(r"\s*[\r\n]\s*", " ", f"{place}: found {found}; expected {expected}; {remedy}"))
        self.place, self.found, self.expected, self.remedy = place, found, expected, remedy

    def __reduce__(self):
        return type(self), (self.place, self.found, self.expected, self.remedy)
