from job import job

with job(snakemake):
    from ner.data.simulation import simulate_session, write_trial_data

    session = simulate_session(**snakemake.params.session)
    if snakemake.wildcards.extension == "nwb":
        from ner.data.simulation_nwb import write_nwb

        write_nwb(snakemake.output[0], session)
    else:
        write_trial_data(snakemake.output[0], session, snakemake.params.target_unit)
