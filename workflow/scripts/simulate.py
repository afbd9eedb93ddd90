from job import job

with job(snakemake):
    from ner.data.simulation import simulate_session, write_trial_data

    target, session = snakemake.output[0], snakemake.params.session
    if snakemake.params.layout == "mc-maze":
        from ner.data.simulation_maze import simulate_maze
        from ner.data.simulation_nwb import write_maze

        write_maze(target, simulate_maze(**session))
    elif snakemake.wildcards.extension == "nwb":
        from ner.data.simulation_nwb import write_nwb

        write_nwb(target, simulate_session(**session))
    else:
        write_trial_data(target, simulate_session(**session), snakemake.params.target_unit)
