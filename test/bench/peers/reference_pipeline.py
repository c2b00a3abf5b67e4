"""The reference pipeline's pieces, from the published packages, as the peers of the benchmark use them."""

import json
import re
import resource
import sys
import time

from drain3.drain import Drain

# The nine masks, in order. Each sees what the ones before it left.
MASKS = [
    (re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"), "<UUID>"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "<IP>"),
    (re.compile(r"https?://\S+"), "<URL>"),
    (re.compile(r"/api/[a-zA-Z0-9/_\-.]+"), "<PATH>"),
    (re.compile(r"\b\d{4}-\d{2}-\d{2}\b"), "<DATE>"),
    (re.compile(r"\b\d+(?:\.\d+)?(?:ms|s|m|h)\b"), "<DUR>"),
    (re.compile(r"\b[0-9a-fA-F]{7,64}\b"), "<HEX>"),
    (re.compile(r"\b\d+\.\d+\b"), "<FLOAT>"),
    (re.compile(r"\b\d{4,}\b"), "<NUM>"),
]

FEATURES = ["is_error", "is_warn", "msg_len", "token_count", "template_rarity"]


def mask(message):
    for pattern, placeholder in MASKS:
        message = pattern.sub(placeholder, message)
    return message


def new_drain():
    return Drain(depth=4, sim_th=0.4, max_children=100)


def features(level, message, template_lines):
    return {
        "is_error": 1.0 if level in ("error", "fatal") else 0.0,
        "is_warn": 1.0 if level == "warn" else 0.0,
        "msg_len": min(len(message), 500) / 500,
        "token_count": min(len(message.split()), 50) / 50,
        "template_rarity": 1 / (1 + template_lines),
    }


def read_lines(path, count):
    """The first lines of the corpus, undecoded."""
    with open(path, encoding="utf-8") as file:
        return [line for line, _ in zip(file, range(count))]


def read_rows(path, count):
    return [json.loads(line) for line in read_lines(path, count)]


class Timed:
    """CPU and wall seconds of a block, printed as the one line that the benchmark reads."""

    def __init__(self, lines):
        self.lines = lines
        self.extra = {}

    def __enter__(self):
        self.cpu, self.wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        json.dump(
            {
                "lines": self.lines,
                "cpuSeconds": time.process_time() - self.cpu,
                "processCpuSeconds": time.process_time(),
                "wallSeconds": time.perf_counter() - self.wall,
                "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                **self.extra,
            },
            sys.stdout,
        )
