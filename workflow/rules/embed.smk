rule embed:
    """Fit one method to one recording with one seed."""
    input:
        recording="<results>/recordings/{recording}.parquet",
        library=method_library,
    output:
        embedding="<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
        history="<results>/embeddings/{method}/{recording}/seed{seed}.history.csv",
    log:
        "<logs>/embed/{method}/{recording}/seed{seed}.log",
    benchmark:
        "<benchmarks>/embed/{method}/{recording}/seed{seed}.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        # With the defaults, so that to write one out changes nothing.
        settings=lambda wildcards: settings_of(wildcards.method),
        device=config["device"],
    script:
        "../scripts/embed.py"
