"""A run is made by the code of its own checkout, whichever one is installed."""

import pytest
from project import DEMO, snakemake


@pytest.mark.parametrize("module", ["planning/run.py", "ner/storage/errors.py"])
def test_a_checkout_plans_with_its_own_modules(project, module):
    path = project / "workflow" / module
    before = path.read_text()
    path.write_text(f'{before}\nraise RuntimeError("the checkout\'s own {path.stem}")\n')
    try:
        result = snakemake(project, "--dry-run", "--quiet", "all", "--configfile", DEMO)
    finally:
        path.write_text(before)
    assert result.returncode != 0
    assert f"the checkout's own {path.stem}" in result.stdout + result.stderr
