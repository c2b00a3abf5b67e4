"""The bare pipeline of `/clusters`, without a service: a file's rows to the answer as JSON: CORPUS LINES."""

import json
import sys
from typing import NamedTuple

from reference_clusters import cluster_rows, row_fields
from reference_pipeline import Timed, mask, new_drain, read_lines


class Row(NamedTuple):
    timestamp: int
    message: str
    level: str
    service: str


class Miner:
    def __init__(self):
        self.drain = new_drain()

    def add(self, message):
        return self.drain.add_log_message(mask(message))[0].cluster_id

    @property
    def clusters(self):
        return self.drain.clusters


lines = read_lines(sys.argv[1], int(sys.argv[2]))
with Timed(len(lines)) as timed:
    rows = [Row(**row_fields(line)) for line in lines]
    clusters = cluster_rows(rows, Miner)
    for cluster in clusters:
        cluster["logs"] = [row._asdict() for row in cluster["logs"]]
    answer = json.dumps({"source": "file", "log_count": len(rows), "cluster_count": len(clusters), "clusters": clusters})
    anomalous = sum(1 for cluster in clusters if cluster["isAnomaly"])
    timed.extra.update(clusters=len(clusters), anomalous=anomalous, answer_bytes=len(answer))
