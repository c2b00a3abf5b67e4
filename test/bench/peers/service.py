"""The reference as a service: GET /clusters?source=file over the file CORPUS. Prints its port, and serves until it is killed."""

import socket
import sys

import uvicorn
from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from reference_clusters import cluster_rows, row_fields
from reference_pipeline import MASKS


class Row(BaseModel):
    timestamp: int
    message: str
    level: str
    service: str


class Cluster(BaseModel):
    id: int
    fingerprint: str
    name: str
    service: str
    x: float
    y: float
    size: float
    color: str
    logCount: int
    isAnomaly: bool
    avgScore: float
    firstSeen: str
    lastSeen: str
    template: str
    logs: list[Row]
    levels: dict[str, int]


class Clusters(BaseModel):
    source: str
    log_count: int
    cluster_count: int
    clusters: list[Cluster]


class Miner:
    def __init__(self):
        config = TemplateMinerConfig()
        config.drain_sim_th, config.drain_depth, config.drain_max_children = 0.4, 4, 100
        config.masking_instructions = [MaskingInstruction(pattern.pattern, name[1:-1]) for pattern, name in MASKS]
        self.miner = TemplateMiner(config=config)

    def add(self, message):
        return self.miner.add_log_message(message)["cluster_id"]

    @property
    def clusters(self):
        return self.miner.drain.clusters


app = FastAPI()


@app.get("/clusters")
def clusters(source: str) -> Clusters:
    if source != "file":
        raise HTTPException(400, f"the source {source} is not known: use file")
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [Row(**row_fields(line)) for line in file]
    found = cluster_rows(rows, Miner)
    return Clusters(source=source, log_count=len(rows), cluster_count=len(found), clusters=found)


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
