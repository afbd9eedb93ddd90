use rule step as fig5 with:
    """Decoding across days and hemispheres, beside the published values, and the tests between methods."""
    input:
        tables=figure_results("fig5", ".csv"),
        times=figure_results("fig5", ".time.csv"),
        published=[upstream(table.path) for table in figure_tables("fig5")],
    output:
        pdf=shown("fig5", "pdf"),
        png=shown("fig5", "png"),
        html=shown("fig5", "html"),
        notebook="<figures>/fig5.ipynb",
        cells_csv="<figures>/fig5_cells.csv",
        means_csv="<figures>/fig5_means.csv",
        accuracy_csv="<figures>/fig5_accuracy.csv",
        tests_csv="<figures>/fig5_tests.csv",
    log:
        "<logs>/figures/fig5.log",
        notebook="<logs>/figures/fig5.ipynb",
    pathvars:
        job="figures/fig5",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        **made_by("draw", notebook="fig5"),
        published_tables=[table.path for table in figure_tables("fig5")],
        hemispheres=figure_hemispheres("fig5"),
        decoders=lookup(dpath="decoding/across/decoders", within=config),
        protocol=lookup(dpath="figures/fig5/protocol", within=config),


use rule step as fig6 with:
    """Latent dynamics of an area rotated onto another's, and decoding across days and areas."""
    input:
        tables=figure_results("fig6", ".csv"),
        times=figure_results("fig6", ".time.csv"),
        embeddings=figure_embeddings("fig6"),
        anchors=figure_anchors("fig6"),
        published=[upstream(table.path) for table in figure_tables("fig6")],
    output:
        pdf=shown("fig6", "pdf"),
        png=shown("fig6", "png"),
        html=shown("fig6", "html"),
        notebook="<figures>/fig6.ipynb",
        cells_csv="<figures>/fig6_cells.csv",
        means_csv="<figures>/fig6_means.csv",
        accuracy_csv="<figures>/fig6_accuracy.csv",
        tests_csv="<figures>/fig6_tests.csv",
        averages_csv="<figures>/fig6_averages.csv",
    log:
        "<logs>/figures/fig6.log",
        notebook="<logs>/figures/fig6.ipynb",
    pathvars:
        job="figures/fig6",
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 15 * attempt,
    params:
        **made_by("draw", notebook="fig6"),
        published_tables=[table.path for table in figure_tables("fig6")],
        hemispheres=figure_hemispheres("fig6"),
        decoders=lookup(dpath="decoding/across/decoders", within=config),
        protocol=lookup(dpath="figures/fig6/protocol", within=config),


use rule step as fig6_mihili with:
    input:
        tables=figure_results("fig6_mihili", ".csv"),
        times=figure_results("fig6_mihili", ".time.csv"),
        embeddings=figure_embeddings("fig6_mihili"),
        anchors=figure_anchors("fig6_mihili"),
        published=[upstream(table.path) for table in figure_tables("fig6_mihili")],
    output:
        pdf=shown("fig6_mihili", "pdf"),
        png=shown("fig6_mihili", "png"),
        html=shown("fig6_mihili", "html"),
        notebook="<figures>/fig6_mihili.ipynb",
        cells_csv="<figures>/fig6_mihili_cells.csv",
        means_csv="<figures>/fig6_mihili_means.csv",
        accuracy_csv="<figures>/fig6_mihili_accuracy.csv",
        tests_csv="<figures>/fig6_mihili_tests.csv",
        averages_csv="<figures>/fig6_mihili_averages.csv",
    log:
        "<logs>/figures/fig6_mihili.log",
        notebook="<logs>/figures/fig6_mihili.ipynb",
    pathvars:
        job="figures/fig6_mihili",
    params:
        **made_by("draw", notebook="fig6"),
        published_tables=[table.path for table in figure_tables("fig6_mihili")],
        hemispheres=figure_hemispheres("fig6_mihili"),
        decoders=lookup(dpath="decoding/across/decoders", within=config),
        protocol=lookup(dpath="figures/fig6_mihili/protocol", within=config),


use rule step as fig7 with:
    input:
        tables=figure_results("fig7", ".csv"),
        times=figure_results("fig7", ".time.csv"),
        published=[upstream(table.path) for table in figure_tables("fig7")],
    output:
        pdf=shown("fig7", "pdf"),
        png=shown("fig7", "png"),
        html=shown("fig7", "html"),
        notebook="<figures>/fig7.ipynb",
        cells_csv="<figures>/fig7_cells.csv",
        means_csv="<figures>/fig7_means.csv",
        accuracy_csv="<figures>/fig7_accuracy.csv",
        tests_csv="<figures>/fig7_tests.csv",
    log:
        "<logs>/figures/fig7.log",
        notebook="<logs>/figures/fig7.ipynb",
    pathvars:
        job="figures/fig7",
    params:
        **made_by("draw", notebook="fig5"),
        published_tables=[table.path for table in figure_tables("fig7")],
        hemispheres=figure_hemispheres("fig7"),
        decoders=lookup(dpath="decoding/across/decoders", within=config),
        protocol=lookup(dpath="figures/fig7/protocol", within=config),
