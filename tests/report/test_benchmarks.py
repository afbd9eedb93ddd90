"""The table of the jobs' time and memory."""

import numpy as np
import pytest

from ner.report.benchmarks import BENCHMARKS, collect
from ner.report.provenance import STAGES, stages
from ner.storage.errors import InputError
from ner.storage.tables import names, read_csv, write_csv

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def job(folder, name, seconds, rss="100.5", cpu="1.5"):
    path = folder / f"{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{seconds}\t0:00:01\t{rss}\t2000\t90\t95\t0.5\t0.25\t75.0\t{cpu}\n")


@pytest.fixture
def folder(tmp_path):
    job(tmp_path, "embed/umap-supervised/chewie-20161007-m1/seed0", 120, "900")
    job(tmp_path, "embed/umap-supervised/chewie-20150313-m1/seed12", 60, "1200")
    job(tmp_path, "embed/ner/chewie-20150313-m1/seed0", 30)
    job(tmp_path, "preprocess/chewie-20150313-m1", 0.2, "NA", "-")
    job(tmp_path, "parity_across/fig5-ner-linear", 10)
    job(tmp_path, "parity_within", 20)
    # Another run's.
    job(tmp_path, "embed/pca/chewie-20150313-m1/seed0", 1)
    return tmp_path


JOBS = [
    "parity_within",
    "parity_across/fig5-ner-linear",
    "preprocess/chewie-20150313-m1",
    "embed/umap-supervised/chewie-20161007-m1/seed0",
    "embed/umap-supervised/chewie-20150313-m1/seed12",
    "embed/ner/chewie-20150313-m1/seed0",
    # Never measured.
    "embed/ner/chewie-20150313-m1/seed1",
]


def test_every_job_has_a_row(folder, tmp_path):
    table = collect(folder, JOBS)
    assert list(table.columns) == names(BENCHMARKS) and len(table) == 6
    of = [(row.stage, row.method, row.job, row.seed) for row in table.fillna({"seed": -1}).itertuples()]
    assert of == [
        ("embed", "ner", "chewie-20150313-m1", 0),
        ("embed", "umap-supervised", "chewie-20150313-m1", 12),
        ("embed", "umap-supervised", "chewie-20161007-m1", 0),
        ("parity_across", "", "fig5-ner-linear", -1),
        ("parity_within", "", "", -1),
        ("preprocess", "", "chewie-20150313-m1", -1),
    ]
    row = table.iloc[1]
    assert (row.seconds, row.max_rss_mb, row.cpu_seconds, row.mean_load) == (60, 1200, 1.5, 75)
    assert (row.read_mb, row.written_mb) == (0.5, 0.25)
    short = table.iloc[-1]
    assert short.seconds == 0.2 and np.isnan(short.max_rss_mb) and np.isnan(short.cpu_seconds)
    write_csv(tmp_path / "benchmarks.csv", table)
    assert len(read_csv(tmp_path / "benchmarks.csv", BENCHMARKS)) == 6


def test_no_jobs_are_no_rows(tmp_path):
    table = collect(tmp_path / "none", JOBS)
    assert table.empty and list(table.columns) == names(BENCHMARKS)
    assert list(stages(table).columns) == names(STAGES)


@pytest.mark.parametrize("content", ["", "stage\tseconds\nembed\t3\n", f"{HEAD}a while\t0\t1\t1\t1\t1\t1\t1\t1\t1\n"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "embed.tsv").write_text(content)
    with pytest.raises(InputError, match="embed.tsv"):
        collect(tmp_path, ["embed"])


def test_stages_are_summed_the_costliest_first(folder, tmp_path):
    # As they come from the file, where a stage without a method has none.
    write_csv(tmp_path / "benchmarks.csv", collect(folder, JOBS))
    table = stages(read_csv(tmp_path / "benchmarks.csv", BENCHMARKS))
    assert [(row.stage, row.method, row.jobs, row.seconds) for row in table.itertuples()] == [
        ("embed", "umap-supervised", 2, 180),
        ("embed", "ner", 1, 30),
        ("parity_within", "", 1, 20),
        ("parity_across", "", 1, 10),
        ("preprocess", "", 1, 0.2),
    ]
    first = table.iloc[0]
    assert (first.median_seconds, first.longest_seconds, first.max_rss_mb) == (90, 120, 1200)
    assert first.share == pytest.approx(100 * 180 / 240.2) and table.share.sum() == pytest.approx(100)
