"""Kernels give the same bits where they are compiled as where they come from numba's cache."""

import os
import subprocess
import sys

FIT = """
import hashlib
import numpy as np
import ner

rng = np.random.default_rng(0)
rates, labels = rng.poisson(2, (2000, 20)), np.c_[10 * rng.normal(size=(2000, 2)), 45 * rng.integers(0, 8, 2000)]
for estimator in (ner.CEBRA, ner.NER):
    points = estimator(steps=3, batch_size=512, random_state=0, device="cpu").fit_transform(rates, labels)
    print(hashlib.sha1(points.tobytes()).hexdigest())
"""


def test_a_cached_kernel_gives_the_bits_of_a_compiled_one(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    compiled, cached = (
        subprocess.run([sys.executable, "-W", "ignore", "-c", FIT], env=environment, check=True, capture_output=True)
        for _ in range(2)
    )
    assert compiled.stdout and compiled.stdout == cached.stdout
