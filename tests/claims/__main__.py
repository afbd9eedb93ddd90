"""Puts the numbers of results/reference into the pages: ``PYTHONPATH=tests:workflow python -m claims``.

A claim that its page does not make is looked for with other numbers. Where it stands once, its numbers are replaced.
The others are printed; they are for a person to write.
"""

import re
import string

from places import ROOT

from claims import baselines, findings, holding, ranking, readme, verification
from claims.tables import Claim

_NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"


def pattern(claim: Claim) -> str:
    """A regular expression of the claim with any numbers, each a group; white space may be a line's end."""
    found = ""
    for text, name, form, _ in string.Formatter().parse(claim.template):
        found += r"\s+".join(map(re.escape, re.split(r"\s+", text)))
        if name is not None:
            value = string.Formatter().vformat(f"{{{name}:{form}}}", (), claim.values)
            found += f"({_NUMBER})" if re.fullmatch(_NUMBER, value) else f"({re.escape(value)})"
    return found


def filled(page: str, claim: Claim) -> str | None:
    """The page with the claim's numbers; None if it does not make the claim once."""
    values = [
        string.Formatter().vformat(f"{{{name}:{form}}}", (), claim.values)
        for _, name, form, _ in string.Formatter().parse(claim.template)
        if name is not None
    ]
    matches = list(re.finditer(pattern(claim), page))
    if len(matches) != 1:
        return None
    (match,) = matches
    for group in range(len(values), 0, -1):
        start, end = match.span(group)
        page = page[:start] + values[group - 1] + page[end:]
    return page


def main() -> None:
    """Fill every page, and print what is left."""
    claims = [
        claim for page in (readme, findings, verification, baselines, ranking, holding) for claim in page.claims()
    ]
    for name in dict.fromkeys(claim.page for claim in claims):
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        for claim in claims:
            if claim.page == name and " ".join(claim.text.split()) not in " ".join(text.split()):
                new = filled(text, claim)
                if new is None:
                    print(f"{name} does not say once: {claim.text}")
                else:
                    text = new
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
