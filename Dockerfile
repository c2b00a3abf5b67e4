# Halfspace as a container:
#   docker build -t halfspace . && docker run --rm -p 4317:4317 -p 4318:4318 -p 9020:9020 -e SIGNING_SECRET=... halfspace

FROM node:24.21.0-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No package that runs in production needs an install script.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-trixie-slim
LABEL org.opencontainers.image.title="Halfspace" \
      org.opencontainers.image.description="Finds the log lines that do not belong, beside an OpenTelemetry Collector" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY proto proto
COPY scripts/require-node24.mjs scripts/compile-cache.mjs scripts/
COPY src src
# Inside a container loopback reaches nobody; set SIGNING_SECRET where the network is not yours alone.
ENV NODE_ENV=production HOST=0.0.0.0
USER node
EXPOSE 4317 4318 9020
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "--import", "./scripts/compile-cache.mjs", "src/halfspace.ts", "healthcheck"]
CMD ["node", "--max-semi-space-size=2", "--initial-old-space-size=64", "--import", "./scripts/require-node24.mjs", "--import", "./scripts/compile-cache.mjs", "src/halfspace.ts", "serve"]
