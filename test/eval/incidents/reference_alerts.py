"""What the reference raises over a stream: TRAIN ROWS, both NDJSON; prints one JSON list of [timestamp, service, reasons]."""

import json
import sys

from reference_live import Service, score
from reference_pipeline import read_rows

services = {}
alerts = []
for learning, path in ((True, sys.argv[1]), (False, sys.argv[2])):
    for row in read_rows(path, sys.maxsize):
        service = services.get(row["service"])
        if service is None:
            service = services[row["service"]] = Service()
        reasons = score(service, row)
        if reasons and not learning:
            alerts.append([row["timestamp"], row["service"], reasons])
json.dump(alerts, sys.stdout)
