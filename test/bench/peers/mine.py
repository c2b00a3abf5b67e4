"""Nine masks and drain3, one Drain a service: CORPUS LINES."""

import sys

from reference_pipeline import Timed, mask, new_drain, read_rows

rows = [(row["service"], row["message"]) for row in read_rows(sys.argv[1], int(sys.argv[2]))]
drains = {}
with Timed(len(rows)) as timed:
    for service, message in rows:
        drain = drains.get(service)
        if drain is None:
            drain = drains[service] = new_drain()
        drain.add_log_message(mask(message))
    timed.extra["templates"] = sum(len(drain.clusters) for drain in drains.values())
