use rule step as embed with:
    """Fit one method to one recording with one seed."""
    input:
        recording="<results>/recordings/{recording}.parquet",
    output:
        embedding="<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
        history="<results>/embeddings/{method}/{recording}/seed{seed}.history.csv",
    pathvars:
        job="embed/{method}/{recording}/seed{seed}",
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        step="embed",
        code=lambda wildcards: method_made_by(wildcards)["code"],
        packages=lambda wildcards: method_made_by(wildcards)["packages"],
        settings=lambda wildcards: METHOD_SETTINGS[wildcards.method],
        # No part of what an embedding is: on which device it was made, its file says.
        device=lambda wildcards, output: config["device"],
        checkpoint_interval=lambda wildcards, output: config["checkpoint_interval"],
