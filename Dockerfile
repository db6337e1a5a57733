# Two stages: one builds, the other has only what runs.
ARG DEBIAN=13
FROM debian:${DEBIAN} AS build
WORKDIR /src
COPY scripts/install scripts/packages scripts/
RUN scripts/install
COPY . .
RUN cmake --preset release -DINGEST_BUILD_TESTS=OFF \
 && cmake --build --preset release --target demo_api \
 && scripts/package /packages

FROM debian:${DEBIAN}-slim
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ingest" \
      org.opencontainers.image.description="Pulls records from an API and loads them into PostgreSQL, each exactly once" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# The package knows which libraries it needs, by the names they have in this release; demo_api needs no others. A number
# for a user, so that Kubernetes sees that it is not root's.
RUN --mount=from=build,source=/packages,target=/packages apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates /packages/ingest_*.deb \
 && rm -rf /var/lib/apt/lists/* /etc/ingest/ingest.env \
 && install -d -o 10001 -g 10001 -m 700 /var/lib/ingest
COPY --from=build /src/build/release/bin/demo_api /usr/local/bin/
USER 10001:10001
# All that is written is below: the root may be read-only.
VOLUME /var/lib/ingest
WORKDIR /var/lib/ingest
ENV DATA_DIR=/var/lib/ingest/data \
    HTTP_ADDRESS=127.0.0.1:9464
# Asks the service as HTTP_ADDRESS and HTTP_TOKEN_FILE say. A container that is to do something else, `ingest run`, has no
# such check: --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["ingest", "top"]
ENTRYPOINT ["ingest"]
CMD ["serve"]
