"""The reference's live scoring of one line: masks, drain3, features, River, reasons."""

from collections import deque

from reference_pipeline import FEATURES, features, mask, new_drain
from river.anomaly import HalfSpaceTrees

LEARNING_LINES = 250
THRESHOLD = 0.7


class Service:
    def __init__(self):
        self.drain = new_drain()
        limits = {name: (0, 1) for name in FEATURES}
        self.model = HalfSpaceTrees(n_trees=25, height=8, window_size=250, limits=limits, seed=42)
        self.lines = 0
        self.last_minute = deque()


def score(service, row):
    message, level, timestamp = row["message"], row["level"], row["timestamp"]
    cluster, change = service.drain.add_log_message(mask(message))
    x = features(level, message, cluster.size)
    value = service.model.score_one(x)
    service.model.learn_one(x)

    minute = service.last_minute
    is_error = level in ("error", "fatal")
    minute.append((timestamp, is_error))
    while minute[0][0] <= timestamp - 60_000:
        minute.popleft()
    errors = sum(1 for _, one in minute if one)

    reasons = []
    learning = service.lines < LEARNING_LINES
    if not learning and value >= THRESHOLD:
        reasons.append("anomaly_score")
    if not learning and change == "cluster_created" and level in ("warn", "error", "fatal"):
        reasons.append("new_template")
    if is_error and len(minute) >= 5 and errors >= 0.6 * len(minute):
        reasons.append("error_burst")
    service.lines += 1
    return reasons
