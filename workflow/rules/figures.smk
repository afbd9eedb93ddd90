EXAMPLE = config["example"]
FIG1 = config["figures"]["fig1"]
FIG2 = config["figures"]["fig2"]
FIG3 = config["figures"]["fig3"]
FIG4 = config["figures"]["fig4"]
FIG4_STRICT = config["figures"]["fig4_strict"]


use rule step as fig1 with:
    """The method: loss, embedding and decoded movements of one recording."""
    input:
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
    pathvars:
        job="figures/fig1",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        **made_by("draw", notebook="fig1"),
        decoder="linear",
        decoders=lookup(dpath="within", within=DECODERS),


use rule step as fig2 with:
    """The pipeline: from movements and neurons to an embedding and back to movements."""
    input:
        recording=f"<results>/recordings/{EXAMPLE}.parquet",
        embedding=f"<results>/embeddings/{FIG2['method']}/{EXAMPLE}/seed{FIG2['seed']}.parquet",
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
    pathvars:
        job="figures/fig2",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        **made_by("draw", notebook="fig2"),
        decoder="linear",
        decoders=lookup(dpath="within", within=DECODERS),


use rule step as fig3 with:
    """Latent dynamics of every recording of a monkey's area, before and after rotation onto one of them."""
    input:
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
    pathvars:
        job="figures/fig3",
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        **made_by("draw", notebook="fig3"),
        averages_only=lookup(dpath="figures/fig3/averages_only", within=config),
        anchor=lookup(dpath="example", within=config),
        protocol=lookup(dpath="figures/fig3/protocol", within=config),


use rule step as fig4 with:
    """Explained variance within recordings, beside the published values."""
    input:
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
    pathvars:
        job="figures/fig4",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        **made_by("draw", notebook="fig4"),
        methods=lookup(dpath="figures/fig4/methods", within=config),
        decoder=lookup(dpath="figures/fig4/decoder", within=config),
        protocol=lookup(dpath="figures/fig4/protocol", within=config),
        decoders=lookup(dpath="within", within=DECODERS),


use rule step as fig4_strict with:
    input:
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
    pathvars:
        job="figures/fig4_strict",
    params:
        **made_by("draw", notebook="fig4"),
        methods=lookup(dpath="figures/fig4_strict/methods", within=config),
        decoder=lookup(dpath="figures/fig4_strict/decoder", within=config),
        protocol=lookup(dpath="figures/fig4_strict/protocol", within=config),
        decoders=lookup(dpath="within", within=DECODERS),
