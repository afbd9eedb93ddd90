"""An archive as a Workflow Run RO-Crate, read by the library that others read them with."""

import hashlib

import pytest
from rocrate.rocrate import ROCrate

from ner.report.crate import METADATA, crate_metadata

MADE = {"figures/fig4.pdf": b"a figure", "results/tables/within.csv": b"a\n1\n", "results/index.html": b"<p>"}


@pytest.fixture
def crate(tmp_path):
    """The unpacked archive of a run, as a crate."""
    files = MADE | {"Snakefile": b"", "envs/requirements.lock": b"numpy==1\n", "results/embeddings/a.parquet": b"PAR1"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "config.yaml").write_text("seeds: [0]\n")
    text = crate_metadata(
        {name: tmp_path / name for name in files},
        given={"config.yaml": "seeds: [0]\n"},
        made=["figures", "results/tables"],
        workflow="Snakefile",
        commit="0123abc",
        engine="9.27.0",
    )
    (tmp_path / METADATA).write_text(text)
    return ROCrate(tmp_path)


def test_its_main_entity_is_the_workflow(crate):
    main = crate.mainEntity
    assert main.id == "Snakefile" and "ComputationalWorkflow" in main.type
    assert main["programmingLanguage"]["name"] == "Snakemake" and main["programmingLanguage"]["version"] == "9.27.0"
    assert main["version"] == "0123abc"


def test_the_run_took_the_configuration_and_made_the_outputs(crate):
    (run,) = crate.get_by_type("CreateAction")
    assert run["instrument"].id == "Snakefile"
    assert {entity.id for entity in run["object"]} == {"config.yaml", "envs/requirements.lock"}
    assert {entity.id for entity in run["result"]} == {"figures/fig4.pdf", "results/tables/within.csv"}
    for entity in run["result"]:
        assert entity["sha256"] == hashlib.sha256(MADE[entity.id]).hexdigest()
    assert run["startTime"] <= run["endTime"]


def test_it_names_the_profiles_that_it_follows(crate):
    profiles = {entity.id for entity in crate.root_dataset["conformsTo"]}
    assert "https://w3id.org/ro/wfrun/workflow/0.5" in profiles and len(profiles) == 3
    assert crate.license and crate.datePublished
