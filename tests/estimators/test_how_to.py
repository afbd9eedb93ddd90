"""docs/use-ner.md, followed line by line."""

import re

import numpy as np
import pytest
from documented import blocks
from places import ROOT
from samples import simulated_recording

PAGE = ROOT / "docs" / "use-ner.md"


@pytest.fixture(scope="module")
def arrays():
    one, two = (simulated_recording(trials=80, neurons=20, seed=seed) for seed in (0, 1))
    return {
        **{name: getattr(one, name) for name in ("rates", "velocity", "direction", "trial")},
        **{f"rates_{k}": day.rates for k, day in ((1, one), (2, two))},
        **{f"labels_{k}": day.labels for k, day in ((1, one), (2, two))},
    }


def test_the_page_leads_from_arrays_to_a_plot_and_a_held_out_r2(arrays, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    # Fewer steps, each longer.
    text = "\n".join(blocks(PAGE, "python")).replace("steps=5000", "steps=300, learning_rate=3e-3, batch_size=128")
    names = dict(arrays)
    exec(compile(text, str(PAGE), "exec"), names)
    (said,) = re.findall(r"held-out R2 of the velocity: (\S+)", capsys.readouterr().out)
    assert 0.4 < float(said) <= 1
    assert (tmp_path / "embedding.png").stat().st_size > 10_000
    np.testing.assert_array_equal(names["again"], names["embedding"])
    assert names["first"].shape == names["second"].shape == (960, 3)
    assert (
        len([line for line in blocks(PAGE, "python")[0].splitlines() if not line.startswith(("import", "from"))]) <= 10
    )
