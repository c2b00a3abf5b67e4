"""River's HalfSpaceTrees, score then learn, on the five features: CORPUS LINES."""

import sys

from reference_pipeline import FEATURES, Timed, features, mask, new_drain, read_rows
from river.anomaly import HalfSpaceTrees

prepared = []
drains = {}
for row in read_rows(sys.argv[1], int(sys.argv[2])):
    drain = drains.setdefault(row["service"], new_drain())
    cluster, _ = drain.add_log_message(mask(row["message"]))
    prepared.append((row["service"], features(row["level"], row["message"], cluster.size)))

models = {}
total = 0.0
with Timed(len(prepared)) as timed:
    for service, x in prepared:
        model = models.get(service)
        if model is None:
            limits = {name: (0, 1) for name in FEATURES}
            model = models[service] = HalfSpaceTrees(n_trees=25, height=8, window_size=250, limits=limits, seed=42)
        total += model.score_one(x)
        model.learn_one(x)
    timed.extra["scoreSum"] = total
