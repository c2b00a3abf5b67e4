# Halfspace as a container of about 200 MB, without a shell, that runs as a user with a number and writes nowhere:
#   docker build -t halfspace . && docker run --rm --read-only --tmpfs /tmp -p 4317:4317 -p 4318:4318 -p 9020:9020 \
#     -e SIGNING_SECRET=... halfspace

FROM node:24.21.0-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/write-sbom.mjs scripts/
# No package that runs in production needs an install script. What only editors and debuggers read stays behind.
RUN npm ci --omit=dev --ignore-scripts && \
    find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete && \
    node scripts/write-sbom.mjs sbom.cdx.json

FROM node:24.21.0-trixie-slim AS dashboard
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts
COPY src src
RUN npm run --silent build:dashboard

FROM node:24.21.0-trixie-slim AS application
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/sbom.cdx.json ./
COPY package.json LICENSE NOTICE ./
COPY proto proto
COPY scripts/require-node24.mjs scripts/compile-cache.mjs scripts/
COPY src src
COPY --from=dashboard /app/dist/dashboard dist/dashboard
# The file system is read-only later, and the cache belongs to a user: so that user fills it, here.
COPY scripts/fill-compile-cache.mjs /tmp/
RUN mkdir -p node_modules/.cache/halfspace /var/lib/halfspace && \
    chown 65532:65532 node_modules/.cache/halfspace /var/lib/halfspace
USER 65532:65532
RUN node /tmp/fill-compile-cache.mjs node --max-semi-space-size=2 --initial-old-space-size=64 \
      --import ./scripts/require-node24.mjs --import ./scripts/compile-cache.mjs src/halfspace.ts && \
    chmod -R a+rX node_modules/.cache/halfspace

# The C++ library that node is linked to, certificates, time zones; no shell, no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Halfspace" \
      org.opencontainers.image.description="Finds the log lines that do not belong, beside an OpenTelemetry Collector" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian13:nonroot"
WORKDIR /app
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
COPY --from=application /app ./
# A named volume takes over its owner.
COPY --from=application --chown=65532:65532 /var/lib/halfspace /var/lib/halfspace
# Inside a container loopback reaches nobody, and who reaches its ports is decided where they are published: so it starts
# open, and warns of it. Set SIGNING_SECRET where the network is not yours alone, and INSECURE_BIND=false to insist on it.
ENV NODE_ENV=production HOST=0.0.0.0 INSECURE_BIND=true
USER 65532:65532
EXPOSE 4317 4318 9020 9021
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "--import", "./scripts/compile-cache.mjs", "src/halfspace.ts", "healthcheck"]
ENTRYPOINT ["node", "--max-semi-space-size=2", "--initial-old-space-size=64", "--import", "./scripts/require-node24.mjs", "--import", "./scripts/compile-cache.mjs", "src/halfspace.ts"]
CMD ["serve"]
