#!/usr/bin/env bash
# Loads files of COPY text with psql, each over a connection of its own: psql_copy.sh URL FILE...
set -euo pipefail
url=$1
shift
loaders=()
for file in "$@"; do
  psql "$url" -Xq -v ON_ERROR_STOP=1 -c "\\copy ingested_events (id, data) FROM '$file'" &
  loaders+=($!)
done
for loader in "${loaders[@]}"; do
  wait "$loader"
done
