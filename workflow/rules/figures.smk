EXAMPLE = config["example"]
FIG1 = config["figures"]["fig1"]
FIG2 = config["figures"]["fig2"]
FIG3 = config["figures"]["fig3"]
FIG4 = config["figures"]["fig4"]
FIG4_STRICT = config["figures"]["fig4_strict"]


rule fig1:
    """The method: loss, embedding and decoded movements of one recording."""
    input:
        notebook=str(WORKFLOW / "notebooks" / "fig1.ipynb"),
        embeddings=expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
            method=FIG1["methods"],
            recording=EXAMPLE,
            seed=FIG1["seed"],
        ),
        histories=expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.history.csv",
            method=FIG1["methods"],
            recording=EXAMPLE,
            seed=FIG1["seed"],
        ),
        library=library(
            "figures.notebooks",
            "figures.style",
            "decoding.decode",
            "data.embeddings",
            "decoding.statistics",
            "storage.tables",
            "data.trials",
        ),
    output:
        pdf=shown("fig1", "pdf"),
        png=shown("fig1", "png"),
        html=shown("fig1", "html"),
        notebook="<figures>/fig1.ipynb",
        regression_csv="<figures>/fig1_regression.csv",
        loss_csv="<figures>/fig1_loss.csv",
        bins_csv="<figures>/fig1_bins.csv",
    log:
        "<logs>/figures/fig1.log",
        notebook="<logs>/figures/fig1.ipynb",
    benchmark:
        "<benchmarks>/figures/fig1.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        decoder="linear",
        decoders=lookup(dpath="within", within=DECODERS),
    script:
        "../scripts/draw.py"


rule fig2:
    """The pipeline: from movements and neurons to an embedding and back to movements."""
    input:
        notebook=str(WORKFLOW / "notebooks" / "fig2.ipynb"),
        recording=f"<results>/recordings/{EXAMPLE}.parquet",
        embedding=f"<results>/embeddings/{FIG2['method']}/{EXAMPLE}/seed{FIG2['seed']}.parquet",
        library=library(
            "figures.notebooks",
            "figures.style",
            "decoding.decode",
            "data.embeddings",
            "data.recordings",
            "storage.tables",
            "data.trials",
        ),
    output:
        pdf=shown("fig2", "pdf"),
        png=shown("fig2", "png"),
        html=shown("fig2", "html"),
        notebook="<figures>/fig2.ipynb",
        bins_csv="<figures>/fig2_bins.csv",
        neurons_csv="<figures>/fig2_neurons.csv",
        rates_csv="<figures>/fig2_rates.csv",
    log:
        "<logs>/figures/fig2.log",
        notebook="<logs>/figures/fig2.ipynb",
    benchmark:
        "<benchmarks>/figures/fig2.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        decoder="linear",
        decoders=lookup(dpath="within", within=DECODERS),
    script:
        "../scripts/draw.py"


rule fig3:
    """Latent dynamics of every recording of a monkey's area, before and after rotation onto one of them."""
    input:
        notebook=str(WORKFLOW / "notebooks" / "fig3.ipynb"),
        embeddings=expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
            method=FIG3["methods"],
            recording=[
                name
                for name, entry in RECORDINGS.items()
                if all(entry[key] == RECORDINGS[EXAMPLE][key] for key in ("monkey", "area"))
            ],
            seed=FIG3["seed"],
        ),
        library=library(
            "figures.notebooks",
            "figures.style",
            "figures.turning",
            "decoding.alignment",
            "data.embeddings",
            "storage.files",
            "storage.tables",
            "data.trials",
        ),
    output:
        pdf=shown("fig3", "pdf"),
        png=shown("fig3", "png"),
        page=shown("fig3", "html"),
        html="<figures>/fig3_notebook.html",
        notebook="<figures>/fig3.ipynb",
        averages_csv="<figures>/fig3_averages.csv",
        agreement_csv="<figures>/fig3_agreement.csv",
    log:
        "<logs>/figures/fig3.log",
        notebook="<logs>/figures/fig3.ipynb",
    benchmark:
        "<benchmarks>/figures/fig3.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        averages_only=lookup(dpath="figures/fig3/averages_only", within=config),
        anchor=lookup(dpath="example", within=config),
        protocol=lookup(dpath="figures/fig3/protocol", within=config),
    script:
        "../scripts/draw.py"


rule fig4:
    """Explained variance within recordings, beside the published values."""
    input:
        notebook=str(WORKFLOW / "notebooks" / "fig4.ipynb"),
        within="<results>/tables/within.csv",
        within_time="<results>/tables/within_time.csv",
        published="<results>/verification/retrained_within.csv",
        recordings=expand("<results>/recordings/{recording}.parquet", recording=RECORDINGS),
        embeddings=expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
            method=FIG4["methods"],
            recording=EXAMPLE,
            seed=SEEDS[0],
        ),
        library=library(
            "figures.notebooks",
            "figures.style",
            "decoding.decode",
            "data.embeddings",
            "data.recordings",
            "storage.tables",
            "data.trials",
            "verification.retrained_within",
        ),
    output:
        pdf=shown("fig4", "pdf"),
        png=shown("fig4", "png"),
        html=shown("fig4", "html"),
        notebook="<figures>/fig4.ipynb",
        sessions_csv="<figures>/fig4_sessions.csv",
        accuracy_csv="<figures>/fig4_accuracy.csv",
        movements_csv="<figures>/fig4_movements.csv",
    log:
        "<logs>/figures/fig4.log",
        notebook="<logs>/figures/fig4.ipynb",
    benchmark:
        "<benchmarks>/figures/fig4.tsv"
    conda:
        "../../envs/ner.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        methods=lookup(dpath="figures/fig4/methods", within=config),
        decoder=lookup(dpath="figures/fig4/decoder", within=config),
        protocol=lookup(dpath="figures/fig4/protocol", within=config),
        decoders=lookup(dpath="within", within=DECODERS),
    script:
        "../scripts/draw.py"


use rule fig4 as fig4_strict with:
    input:
        notebook=rules.fig4.input.notebook,
        within=rules.fig4.input.within,
        within_time=rules.fig4.input.within_time,
        published=rules.fig4.input.published,
        recordings=rules.fig4.input.recordings,
        embeddings=expand(
            "<results>/embeddings/{method}/{recording}/seed{seed}.parquet",
            method=FIG4_STRICT["methods"],
            recording=EXAMPLE,
            seed=SEEDS[0],
        ),
        library=rules.fig4.input.library,
    output:
        pdf=shown("fig4_strict", "pdf"),
        png=shown("fig4_strict", "png"),
        html=shown("fig4_strict", "html"),
        notebook="<figures>/fig4_strict.ipynb",
        sessions_csv="<figures>/fig4_strict_sessions.csv",
        accuracy_csv="<figures>/fig4_strict_accuracy.csv",
        movements_csv="<figures>/fig4_strict_movements.csv",
    log:
        "<logs>/figures/fig4_strict.log",
        notebook="<logs>/figures/fig4_strict.ipynb",
    benchmark:
        "<benchmarks>/figures/fig4_strict.tsv"
    params:
        methods=lookup(dpath="figures/fig4_strict/methods", within=config),
        decoder=lookup(dpath="figures/fig4_strict/decoder", within=config),
        protocol=lookup(dpath="figures/fig4_strict/protocol", within=config),
        decoders=lookup(dpath="within", within=DECODERS),
