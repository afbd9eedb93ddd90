"""What a run is to do, from its config: checked, asked and turned into lists of files, without Snakemake."""
