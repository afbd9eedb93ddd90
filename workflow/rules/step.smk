rule step:
    """What every job has: its log, its benchmark, its environment and its script. A rule is what differs from it."""
    log:
        "<logs>/<job>.log",
    benchmark:
        "<benchmarks>/<job>.tsv"
    pathvars:
        # What a rule names its jobs' logs and benchmarks by.
        job="step",
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 500 * attempt,
        runtime=lambda wildcards, attempt: 5 * attempt,
    params:
        step="step",
        # Where hashes of results and lists of failures are kept. Functions of `output`, as they are no part of what a
        # result is.
        results=lambda wildcards, output: FOLDERS["results"],
        logs=lambda wildcards, output: FOLDERS["logs"],
    script:
        "../scripts/{params.step}.py"
