"""The reference's live scoring, line by line: CORPUS LINES LOGS_PER_SECOND, 0 for the corpus' own clock."""

import sys

from reference_live import Service, score
from reference_pipeline import Timed, read_rows

rows = read_rows(sys.argv[1], int(sys.argv[2]))
logs_per_second = int(sys.argv[3])
if logs_per_second > 0:
    for i, row in enumerate(rows):
        row["timestamp"] = rows[0]["timestamp"] + i * 1000 // logs_per_second
services = {}
counts = {"anomaly_score": 0, "new_template": 0, "error_burst": 0}
with Timed(len(rows)) as timed:
    for row in rows:
        service = services.get(row["service"])
        if service is None:
            service = services[row["service"]] = Service()
        for reason in score(service, row):
            counts[reason] += 1
    timed.extra["reasons"] = counts
