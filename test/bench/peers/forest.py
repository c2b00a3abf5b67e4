"""scikit-learn's IsolationForest, 200 trees, fit and score: ROWS REPEATS."""

import sys

import numpy as np
from reference_pipeline import Timed
from sklearn.ensemble import IsolationForest

rows, repeats = int(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(42)
table = np.column_stack(
    [random.lognormal(3, 2, rows).astype(int) + 1, random.random(rows), random.random(rows), np.ones(rows), random.integers(1, 30, rows)]
)
with Timed(repeats):
    for seed in range(repeats):
        forest = IsolationForest(n_estimators=200, max_samples=min(256, rows), random_state=seed)
        forest.fit(table).score_samples(table)
