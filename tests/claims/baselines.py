"""docs/baselines.md, and the times and memory of docs/reproduce-the-paper.md."""

from collections.abc import Iterator

from claims.tables import CONFIG, R2, TABLES, TRAIN, Claim, by_metric, ran, recordings_of_the_paper, rows

PAGE = "docs/baselines.md"
METHODS = ("pivae", "umap", "umap-supervised")


def claims() -> Iterator[Claim]:
    for method in ("pca", "dpca"):
        found = rows("parity_averages", method=method)
        yield Claim(
            PAGE,
            "| {method} | {largest:.1e} | {smallest:.4f} |",
            {"method": method, "largest": found["difference"].max(), "smallest": found["correlation"].min()},
        )
    for method in METHODS:
        yield from medians(method)
        yield from single_recordings(method)
    differences = [
        abs(row.difference)
        for method in METHODS[1:]
        for row in by_metric("retrained_within_medians", R2, method=method, **TRAIN).values()
    ]
    yield Claim(PAGE, "The median R2 differ by {largest:.3f} at most", {"largest": max(differences)})
    yield from starts()
    yield from costs()


def medians(method: str) -> Iterator[Claim]:
    """The median over recordings, published with its range, and ours over seeds."""
    ours = by_metric("retrained_within_medians", method=method, **TRAIN)
    published = {
        name: ran("retrained_within", method=method, metric=row.metric)["published"].agg(["median", "min", "max"])
        for name, row in ours.items()
    }
    yield Claim(
        PAGE,
        "| {method} | published | {velocity[median]:.3f} ({velocity[min]:.3f} to {velocity[max]:.3f}) | "
        "{position[median]:.3f} ({position[min]:.3f} to {position[max]:.3f}) | "
        "{direction[median]:.1f} ({direction[min]:.1f} to {direction[max]:.1f}) |",
        {"method": method, **published},
    )
    # Three seeds that agree have no spread to count in.
    counted = {
        name: f" ({row.deviation:+.1f})" if round(row.ours_sd, 1 if name == "direction" else 3) else ""
        for name, row in ours.items()
    }
    yield Claim(
        PAGE,
        "| | ours | {velocity.ours_mean:.3f} ± {velocity.ours_sd:.3f}{by[velocity]} | "
        "{position.ours_mean:.3f} ± {position.ours_sd:.3f}{by[position]} | "
        "{direction.ours_mean:.1f} ± {direction.ours_sd:.1f}{by[direction]} |",
        ours | {"by": counted},
    )


def single_recordings(method: str) -> Iterator[Claim]:
    """How far single recordings lie from the published values."""
    spread = CONFIG["verification"]["seed_spread"]
    facts = {}
    for name, metric in R2.items():
        found = ran("retrained_within", method=method, metric=metric)
        difference = found["difference"].abs()
        facts[name] = {
            "near": int((difference <= spread * found["ours_sd"]).sum()),
            "n": len(found),
            "sd": found["ours_sd"].median(),
            "median": difference.median(),
            "largest": difference.max(),
        }
    yield Claim(
        PAGE,
        "| {method} | {velocity[near]} and {position[near]} of {position[n]} | {velocity[sd]:.3f}, "
        "{position[sd]:.3f} | {velocity[median]:.3f}, {position[median]:.3f} | "
        "{velocity[largest]:.3f}, {position[largest]:.3f} |",
        {"method": method, **facts},
    )


def starts() -> Iterator[Claim]:
    """UMAP from its spectral start and from random ones."""
    where = {"protocol": "paper", "metric": "position_r2", **TRAIN}
    values = rows("starts_of_umap", **where).groupby(["recording", "method"])["value"].agg(["min", "max"])
    for recording in values.index.unique("recording"):
        published = rows("retrained_within", method="umap", recording=recording, metric="position_r2", **TRAIN)
        yield Claim(
            PAGE,
            "| {recording} | {published:.3f} | {spectral[min]:.3f} to {spectral[max]:.3f} | "
            "{random[min]:.3f} to {random[max]:.3f} |",
            {
                "recording": recording,
                "published": published["published"].item(),
                "spectral": values.loc[recording, "umap"],
                "random": values.loc[recording, "umap-random"],
            },
        )


def costs() -> Iterator[Claim]:
    """Time and memory of jobs."""
    fits = rows("benchmarks", stage="embed")
    for method in METHODS:
        of = fits[fits["method"] == method]
        yield Claim(
            PAGE,
            "| {method} | {seconds:.0f} | {cpu:.0f} | {memory:.0f} |",
            {
                "method": method,
                "seconds": of["seconds"].median(),
                "cpu": of["cpu_seconds"].median(),
                "memory": of["max_rss_mb"].max(),
            },
        )
    yield Claim(PAGE, "maxima over {n} fits each", {"n": int((fits["method"] == "pivae").sum())})
    page = "docs/reproduce-the-paper.md"
    seconds = fits.groupby("method")["seconds"].median()[[*CONFIG["compare"], "cebra16"]].sum()
    hours = seconds * recordings_of_the_paper() * len(CONFIG["seeds"]) / 3600
    yield Claim(page, "about {one:.0f} hours of one core", {"one": hours})
    yield Claim(page, "{two:.0f} hours on two cores", {"two": hours / 2})
    yield Claim(
        page, "up to {training:.1f} GB for a training or a figure", {"training": fits["max_rss_mb"].max() / 1000}
    )
    paper = {"recordings": recordings_of_the_paper(), "seeds": len(CONFIG["seeds"])}
    yield Claim(page, "{recordings} recordings with {seeds} seeds each", paper)
    jobs = TABLES["benchmarks"]
    seconds = {
        "rest": jobs[~jobs["stage"].isin(["embed", "preprocess"])]["seconds"].sum(),
        "all": jobs["seconds"].sum(),
    }
    took = {"minutes": seconds["rest"] / 60, "hours": seconds["all"] / 3600}
    yield Claim(page, "took {minutes:.0f} minutes of one core in", {"minutes": took["minutes"]})
    yield Claim(page, "of {hours:.0f} hours in", {"hours": took["hours"]})
