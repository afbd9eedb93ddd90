include: "sources.smk"


rule download:
    """Fetch one file of the authors' repository, checked against the manifest."""
    output:
        "<results>/upstream/{file}",
    log:
        "<logs>/download/{file}.log",
    wildcard_constraints:
        file="|".join(map(re.escape, UPSTREAM_LOCAL)),
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        file=upstream_file,
    script:
        "../scripts/download.py"


rule simulate:
    """Simulate one session, as a raw TrialData file or an NWB file."""
    input:
        library=simulated_library,
    output:
        "<results>/simulated/{session}.{extension}",
    log:
        "<logs>/simulate/{session}.{extension}.log",
    wildcard_constraints:
        session="|".join(config["sessions"]),
        extension="mat|nwb",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        session=simulated_session,
        target_unit=simulated_unit,
    script:
        "../scripts/simulate.py"


rule preprocess:
    """Read, smooth where needed, cut, check and split one recording."""
    input:
        source=recording_source,
        library=recording_library,
        layouts=recording_layouts,
    output:
        "<results>/recordings/{recording}.parquet",
    log:
        "<logs>/preprocess/{recording}.log",
    benchmark:
        "<benchmarks>/preprocess/{recording}.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        settings=recording_settings,
    script:
        "../scripts/preprocess.py"


rule recordings_table:
    """What every recording of the run holds, and what was dropped on the way."""
    input:
        recordings=expand("<results>/recordings/{recording}.parquet", recording=RECORDINGS),
        library=library("data.recordings_table"),
    output:
        told("tables/recordings.csv"),
    log:
        "<logs>/recordings_table.log",
    localrule: True
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=lambda wildcards, attempt: 5 * attempt,
    script:
        "../scripts/recordings_table.py"
