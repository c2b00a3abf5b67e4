"""The reference's `/clusters`: rows to clusters, whatever holds the rows and calls drain3."""

import hashlib
import json
from collections import Counter
from datetime import datetime, timezone

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.feature_extraction.text import TfidfVectorizer

CONTAMINATION = 0.1
SAMPLES_MAX = 10
COLOURS = ["blue", "green", "purple", "cyan", "teal"]
LEVELS = {
    **{name: name for name in ("trace", "debug", "info", "warn", "error", "fatal")},
    **{"warning": "warn", "err": "error", "critical": "fatal", "severe": "error", "emerg": "fatal"},
}


def row_fields(line):
    """What a row of the pipeline has, whatever the file calls its level."""
    raw = json.loads(line)
    return {
        "timestamp": int(raw["timestamp"]),
        "message": str(raw["message"]),
        "level": LEVELS.get(str(raw["level"]).lower(), "info"),
        "service": str(raw.get("service") or "unknown_service"),
    }


def scored(table):
    """Whether each template is anomalous, and its score."""
    if len(table) < 3:
        return [False] * len(table), [0.0] * len(table)
    contamination = min(CONTAMINATION, max(0.05, 1 / len(table)))
    forest = IsolationForest(n_estimators=200, max_samples=min(256, len(table)), random_state=42)
    scores = -forest.fit(table).score_samples(table)
    threshold = np.percentile(scores, 100 * (1 - contamination))
    return (scores >= threshold).tolist(), scaled(scores, 0, 1).tolist()


def scaled(values, low, high):
    span = values.max() - values.min()
    return low + (high - low) * (values - values.min()) / (span or 1)


def iso(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).isoformat(timespec="milliseconds")


def fingerprint(service, template):
    return hashlib.sha256(f"{service}\0{template}".encode()).hexdigest()[:16]


def cluster_rows(rows, new_miner):
    """Clusters of rows, which have timestamp, message, level and service; `new_miner` makes one for each service."""
    rows.sort(key=lambda row: (row.timestamp, row.service, row.message))
    miners, groups = {}, {}
    for row in rows:
        miner = miners.get(row.service)
        if miner is None:
            miner = miners[row.service] = new_miner()
        groups.setdefault((row.service, miner.add(row.message)), []).append(row)

    clusters = []
    for service, miner in miners.items():
        own, table = [], []
        for drained in miner.clusters:
            members = groups[service, drained.cluster_id]
            template = drained.get_template()
            levels = Counter(row.level for row in members)
            count = len(members)
            own.append(
                {
                    "fingerprint": fingerprint(service, template),
                    "name": template[:80],
                    "service": service,
                    "template": template,
                    "logCount": count,
                    "firstSeen": iso(members[0].timestamp),
                    "lastSeen": iso(members[-1].timestamp),
                    "levels": dict(levels),
                    "logs": members[:SAMPLES_MAX],
                }
            )
            errors = levels["error"] + levels["fatal"]
            table.append([count, errors / count, levels["warn"] / count, 1, len(template.split())])
        for cluster, is_anomaly, score in zip(own, *scored(np.array(table))):
            clusters.append({**cluster, "isAnomaly": is_anomaly, "avgScore": score})

    texts = [cluster["template"] for cluster in clusters]
    matrix = TfidfVectorizer(max_features=300, token_pattern=r"[a-zA-Z<>_]+").fit_transform(texts)
    places = PCA(n_components=2).fit_transform(matrix.toarray())
    sizes = scaled(np.log([cluster["logCount"] for cluster in clusters]), 8, 50)
    clusters = [
        {**cluster, "x": x, "y": y, "size": size}
        for cluster, x, y, size in zip(
            clusters, scaled(places[:, 0], 5, 95).tolist(), scaled(places[:, 1], 5, 95).tolist(), sizes.tolist()
        )
    ]
    clusters.sort(key=lambda cluster: cluster["isAnomaly"])
    for index, cluster in enumerate(clusters):
        cluster["id"] = index
        cluster["color"] = "red" if cluster["isAnomaly"] else COLOURS[index % len(COLOURS)]
    return clusters
