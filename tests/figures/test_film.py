"""The film: which trials it plays, its frames, and its page as a browser plays it."""

import numpy as np
import pytest
from browser import tab
from PIL import Image

from ner.data.simulation import EIGHT as DIRECTIONS
from ner.figures.film import film_frames, film_page, save_gif, spread_trials

TRIALS, BINS = 16, 10


@pytest.fixture(scope="module")
def movements():
    """Straight reaches to every direction, twice, and a latent point that goes around the sphere with each."""
    directions = np.resize(DIRECTIONS, TRIALS)
    angle, reached = np.deg2rad(directions)[:, None], np.linspace(0, 8, BINS)
    paths = np.stack([reached * np.cos(angle), reached * np.sin(angle)], axis=-1)
    height = np.linspace(-0.9, 0.9, BINS)
    width = np.sqrt(1 - height**2)
    latents = np.stack([width * np.cos(angle), width * np.sin(angle), height + 0 * angle], axis=-1)
    return paths, latents, directions


def test_a_short_film_has_every_direction_before_one_comes_again():
    directions = np.array([0, 0, 0, 45, 90, 45, 90, 0])
    assert spread_trials(directions, 5).tolist() == [0, 3, 4, 1, 5]
    assert sorted(spread_trials(directions, 99)) == list(range(8))


def test_frames_are_one_a_bin_and_the_gif_is_small(movements, tmp_path):
    frames = list(film_frames(*movements, trials=[0, 3], title="two trials"))
    # And some in which the finished trial stays in view.
    assert len(frames) > 2 * BINS and len({frame.shape for frame in frames}) == 1
    assert (frames[0] != frames[1]).any(axis=2).mean() < 0.05
    path = tmp_path / "film.gif"
    save_gif(iter(frames), path)
    with Image.open(path) as film:
        assert film.n_frames >= 2 * BINS
        assert film.info["duration"] > 0 and film.info["loop"] == 0
        film.seek(BINS - 1)
        # The first trial's color, red, is among the film's.
        shown = np.asarray(film.convert("RGB")).reshape(-1, 3).astype(int)
        assert ((shown[:, 0] > 200) & (shown[:, 1:] < 60).all(axis=1)).sum() > 50


LOOK = """
const now = () => document.getElementById("now").value;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const picture = (name) => document.getElementById(name).toDataURL();
"""


@pytest.mark.parametrize("size", [(1280, 800), (390, 700)])
def test_the_page_plays_pauses_and_is_moved_by_its_slider_without_network(movements, tmp_path, size):
    path = tmp_path / "film.html"
    path.write_text(film_page(*movements, title="Demo <day>", shown="16 trials"), encoding="utf-8")
    assert path.stat().st_size < 100_000
    with tab(path, tmp_path / "profile", size=size) as opened:
        found = opened.run(
            LOOK
            + """
            const button = document.getElementById("play"), slider = document.getElementById("time");
            const found = {title: document.title, plays: button.textContent};
            if (button.textContent == "Play") button.click();
            const first = [now(), picture("hand"), picture("latent")];
            await wait(1500);
            const later = [now(), picture("hand"), picture("latent")];
            found.moved = first.map((before, k) => before !== later[k]);
            button.click();
            const paused = now();
            await wait(400);
            found.paused = now() === paused && button.textContent === "Play";
            slider.value = slider.max;
            slider.dispatchEvent(new Event("input"));
            found.last = now();
            found.fits = document.documentElement.scrollWidth <= innerWidth;
            return found;
            """
        )
        asked = [address for address in opened.requests if not address.startswith(("data:", "blob:"))]
        assert (asked, opened.errors) == ([], [])
    assert found["title"] == "Demo <day>"
    assert found["moved"] == [True, True, True]
    assert found["paused"]
    assert found["last"].startswith(f"trial {TRIALS} of {TRIALS}, {DIRECTIONS[(TRIALS - 1) % 8]}°, ")
    assert found["fits"]


def test_an_embedding_in_the_plane_has_a_page_too(movements):
    paths, latents, directions = movements
    page = film_page(paths, latents[..., :2], directions, title="flat", shown="16 trials")
    assert '"sphere":false' in page
