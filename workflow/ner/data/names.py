"""Names of recordings, monkey-session-area, taken apart and written out."""

import re
from dataclasses import dataclass

AREAS = ("M1", "PMd", "S1")
#: In place of an area: every unit of the file.
EVERY_UNIT = "all"
_SESSION = re.compile(r"(?P<monkey>.+?)-(?P<date>\d{8})(-(?P<selection>.+))?")


@dataclass(frozen=True)
class RecordingName:
    """The parts of a recording's name, as figures write them.

    Attributes:
        monkey: 'Chewie', or the session's name where it holds no date.
        date: 'YYYYMMDD', or ''.
        area: 'M1', 'PMd', 'S1', or whatever the name ends in.
        selection: of the session's trials, '' where they are all meant.
    """

    monkey: str
    date: str
    area: str
    selection: str = ""

    @classmethod
    def parse(cls, recording: str) -> "RecordingName":
        """Take 'chewie-20161014-m1' apart, or 'jenkins-20090925-up-down-31-38-all'."""
        session, _, area = recording.rpartition("-")
        area = {known.lower(): known for known in AREAS}.get(area, area)
        found = _SESSION.fullmatch(session)
        monkey, date, selection = found.group("monkey", "date", "selection") if found else (session, "", None)
        return cls(monkey[:1].upper() + monkey[1:], date, area, selection or "")

    @property
    def title(self) -> str:
        """'Chewie 2016-10-14, M1'."""
        date = f" {self.date[:4]}-{self.date[4:6]}-{self.date[6:]}" if self.date else ""
        area = "all units" if self.area == EVERY_UNIT else self.area
        return ", ".join(filter(None, (self.monkey + date, self.selection, area)))

    @property
    def group(self) -> str:
        """'Chewie 2016': recordings that stand together."""
        return f"{self.monkey} {self.date[:4]}".strip()

    @property
    def day(self) -> str:
        """'1014', or '' where the name holds no date."""
        return self.date[4:]
