"""Names of recordings, monkey-session-area, taken apart and written out."""

import re
from dataclasses import dataclass

AREAS = ("M1", "PMd", "S1")


@dataclass(frozen=True)
class RecordingName:
    """The parts of a recording's name, as figures write them.

    Attributes:
        monkey: 'Chewie', or the session's name where it holds no date.
        date: 'YYYYMMDD', or ''.
        area: 'M1', 'PMd', 'S1', or whatever the name ends in.
    """

    monkey: str
    date: str
    area: str

    @classmethod
    def parse(cls, recording: str) -> "RecordingName":
        """Take 'chewie-20161014-m1' apart."""
        session, _, area = recording.rpartition("-")
        area = {known.lower(): known for known in AREAS}.get(area, area)
        monkey, _, date = session.rpartition("-")
        if not re.fullmatch(r"\d{8}", date):
            monkey, date = session, ""
        return cls(monkey[:1].upper() + monkey[1:], date, area)

    @property
    def title(self) -> str:
        """'Chewie 2016-10-14, M1'."""
        date = f" {self.date[:4]}-{self.date[4:6]}-{self.date[6:]}" if self.date else ""
        return f"{self.monkey}{date}, {self.area}"

    @property
    def group(self) -> str:
        """'Chewie 2016': recordings that stand together."""
        return f"{self.monkey} {self.date[:4]}".strip()

    @property
    def day(self) -> str:
        """'1014', or '' where the name holds no date."""
        return self.date[4:]
