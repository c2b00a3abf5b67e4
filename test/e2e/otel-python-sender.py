"""Sends log records as an application does that uses the OpenTelemetry SDK: its handler beneath Python's own logging.

Arguments: grpc or http, the endpoint, the service. Prints as JSON what was logged within a span.
"""

import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")  # the handler is about to move to a package of its own

from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

protocol, endpoint, service = sys.argv[1:]
if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter

    exporter = OTLPLogExporter(endpoint=endpoint, insecure=True)
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter

    exporter = OTLPLogExporter(endpoint=endpoint)

provider = LoggerProvider(resource=Resource.create({"service.name": service}))
provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_export_batch_size=100))
log = logging.getLogger("shop")
log.addHandler(LoggingHandler(logger_provider=provider))
log.setLevel(logging.DEBUG)

for i in range(20):
    log.debug({"message": f"cache hit for {i}", "shard": i % 4, "tags": ["a", None, 1.5]})
for i in range(300):
    log.info("order %d paid in %dms", i, 10 + i % 7)

tracer = TracerProvider().get_tracer("shop")
within = []
for level, message in [
    (logging.WARNING, "stock of widget is running low"),
    (logging.ERROR, "payment provider refused the card"),
    (logging.CRITICAL, "ledger is out of balance, no further orders are taken ü"),
]:
    with tracer.start_as_current_span("checkout") as span:
        log.log(level, message)
        context = span.get_span_context()
        within.append(
            {"message": message, "trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        )

provider.shutdown()  # all that is batched is sent first
print(json.dumps(within))
