include: "sources.smk"


use rule step as download with:
    """Fetch one file of the authors' repository, checked against the manifest."""
    output:
        "<results>/upstream/{file}",
    pathvars:
        job="download/{file}",
    wildcard_constraints:
        file="|".join(map(re.escape, UPSTREAM_LOCAL)),
    localrule: True
    params:
        # Its hash says what the file holds, whatever fetched it.
        step="download",
        file=upstream_file,
        # A function of `output`: neither the mirror nor the address changes what the file holds.
        data=lambda wildcards, output: config["data"],


if ASSETS:

    use rule step as fetch_asset with:
        """Fetch one file of the DANDI archive, checked against its digest there."""
        output:
            f"{ARCHIVE}/{{asset}}",
        pathvars:
            job="fetch_asset/{asset}",
        wildcard_constraints:
            asset="|".join(map(re.escape, ASSETS)),
        localrule: True
        resources:
            mem_mb=lambda wildcards, attempt: 500 * attempt,
            runtime=lambda wildcards, attempt: 120 * attempt,
        params:
            step="fetch_asset",
            asset=asset,
            # As for download: where it comes from does not change what the file holds.
            data=lambda wildcards, output: config["data"],


use rule step as simulate with:
    """Simulate one session, as a raw TrialData file or an NWB file."""
    output:
        "<results>/simulated/{session}.{extension}",
    pathvars:
        job="simulate/{session}.{extension}",
    wildcard_constraints:
        session="|".join(config["sessions"]),
        extension="mat|nwb",
    localrule: True
    params:
        **made_by("simulate"),
        session=simulated_session,
        target_unit=simulated_unit,
        layout=simulated_layout,


use rule step as preprocess with:
    """Read, smooth where needed, cut, check and split one recording."""
    input:
        source=recording_source,
    output:
        "<results>/recordings/{recording}.parquet",
    pathvars:
        job="preprocess/{recording}",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        step="preprocess",
        code=lambda wildcards: recording_made_by(wildcards)["code"],
        packages=lambda wildcards: recording_made_by(wildcards)["packages"],
        raw_file=recording_content,
        settings=recording_settings,
        presets=recording_presets,
        # Functions of `output`, as they change nothing of what a recording is. Notices are told once for all folds.
        name=lambda wildcards, output: plain_recording(wildcards),
        told=lambda wildcards, output: recording_fold(wildcards) == PLAN.fold_shown(plain_recording(wildcards)),


if RAW_PAIRS:

    use rule step as raw_parity with:
        """Recordings of raw spikes beside the authors' smoothed ones of the same sessions."""
        input:
            raw=expand("<results>/recordings/{recording}.parquet", recording=RAW_PAIRS),
            smoothed=expand("<results>/recordings/{recording}.parquet", recording=RAW_PAIRS.values()),
        output:
            told("tables/raw_parity.csv"),
        pathvars:
            job="raw_parity",
        localrule: True
        params:
            **made_by("raw_parity"),

    rule verify_raw:
        """Hold the recordings of raw spikes against the authors' smoothed ones."""
        input:
            rules.raw_parity.output,
        localrule: True


use rule step as recordings_table with:
    """What every recording of the run holds, and what was dropped on the way."""
    input:
        recordings=[PLAN.recording_file(recording) for recording in RECORDINGS],
    output:
        told("tables/recordings.csv"),
    pathvars:
        job="recordings_table",
    localrule: True
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        **made_by("recordings_table"),
        split=split_text(config),
