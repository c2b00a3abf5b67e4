"""Masks and mines as the reference does: JSON cases on stdin, results on stdout. Run by drain3-oracle.slow.test.ts."""

import json
import re
import sys

from drain3.drain import Drain

HEX = r"[0-9a-fA-F]"
MASKS = [
    (rf"\b{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}\b", "<UUID>"),
    (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", "<IP>"),
    (r"https?://\S+", "<URL>"),
    (r"/api/[a-zA-Z0-9/_.-]+", "<PATH>"),
    (r"\b\d{4}-\d{2}-\d{2}\b", "<DATE>"),
    (r"\b\d+(?:\.\d+)?(?:ms|s|m|h)\b", "<DUR>"),
    (rf"\b{HEX}{{7,64}}\b", "<HEX>"),
    (r"\b\d+\.\d+\b", "<FLOAT>"),
    (r"\b\d{4,}\b", "<NUM>"),
]
MASKS = [(re.compile(pattern), placeholder) for pattern, placeholder in MASKS]
CHANGES = {"none": 0, "cluster_created": 1, "cluster_template_changed": 2}


def mask(text):
    for pattern, placeholder in MASKS:
        text = pattern.sub(placeholder, text)
    return text


def run(case):
    drain = Drain(depth=4, sim_th=case["simTh"], max_children=100, max_clusters=case["maxTemplates"])
    mined = []
    for text in case["lines"]:
        cluster, change = drain.add_log_message(mask(text))
        mined.append([cluster.cluster_id, CHANGES[change], cluster.get_template(), len(text.split()), len(text)])
    kept = sorted([c.cluster_id, c.size, c.get_template()] for c in drain.clusters)
    return {"mined": mined, "kept": kept}


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
