# Two stages: one builds, the other has only what runs.
FROM debian:12 AS build
WORKDIR /src
COPY scripts/install scripts/packages scripts/
RUN scripts/install
COPY . .
RUN cmake --preset release -DINGEST_BUILD_TESTS=OFF && cmake --build --preset release --target ingest_program demo_api

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libcaf-core0.17 libcpp-httplib0.11 libcurl4 libisal2 \
      libpq5 libspdlog1.10 libssl3 libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/ingest ingest
COPY --from=build /src/build/release/bin/ingest /src/build/release/bin/demo_api /usr/local/bin/
USER ingest
WORKDIR /var/lib/ingest
ENV DATA_DIR=/var/lib/ingest/data
ENTRYPOINT ["ingest"]
CMD ["run"]
