"""A window of rows from a file to scored and laid out clusters, end to end: CORPUS LINES."""

import json
import sys

import numpy as np
from reference_pipeline import Timed, mask, new_drain, read_lines
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.feature_extraction.text import TfidfVectorizer

CONTAMINATION = 0.1


def scored(table):
    contamination = min(CONTAMINATION, max(0.05, 1 / len(table)))
    forest = IsolationForest(n_estimators=200, max_samples=min(256, len(table)), random_state=42)
    scores = -forest.fit(table).score_samples(table)
    return scores >= np.percentile(scores, 100 * (1 - contamination))


lines = read_lines(sys.argv[1], int(sys.argv[2]))
with Timed(len(lines)) as timed:
    rows = [json.loads(line) for line in lines]
    rows.sort(key=lambda row: (row["timestamp"], row["service"], row["message"]))
    drains, groups = {}, {}
    for row in rows:
        drain = drains.setdefault(row["service"], new_drain())
        cluster, _ = drain.add_log_message(mask(row["message"]))
        groups.setdefault((row["service"], cluster.cluster_id), []).append(row)

    texts, anomalous = [], 0
    for service, drain in drains.items():
        table = []
        for cluster in drain.clusters:
            own = groups[service, cluster.cluster_id]
            errors = sum(1 for row in own if row["level"] in ("error", "fatal"))
            warns = sum(1 for row in own if row["level"] == "warn")
            template = cluster.get_template()
            texts.append(template)
            table.append([len(own), errors / len(own), warns / len(own), 1, len(template.split())])
        if len(table) >= 3:
            anomalous += int(scored(np.array(table)).sum())

    matrix = TfidfVectorizer(max_features=300, token_pattern=r"[a-zA-Z<>_]+").fit_transform(texts)
    PCA(n_components=2).fit_transform(matrix.toarray())
    timed.extra.update(clusters=len(texts), anomalous=anomalous)
