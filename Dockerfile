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
# The package knows which libraries it needs, by the names they have in this release; demo_api needs no others.
RUN --mount=from=build,source=/packages,target=/packages apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates /packages/ingest_*.deb \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/ingest ingest
COPY --from=build /src/build/release/bin/demo_api /usr/local/bin/
USER ingest
WORKDIR /var/lib/ingest
ENV DATA_DIR=/var/lib/ingest/data
ENTRYPOINT ["ingest"]
CMD ["run"]
