#!/usr/bin/env bash
# The way that most begin with: fetch everything into a file, load the file into a temporary table, move what is new
# into the target. In the working directory: two_steps.sh API_BASE_URL API_KEY DATABASE_URL
set -euo pipefail
python3 "$(dirname "$0")/fetch_to_tsv.py" "$1" "$2" events.tsv
psql "$3" -Xq -v ON_ERROR_STOP=1 <<'SQL'
BEGIN;
CREATE TEMPORARY TABLE fetched (LIKE ingested_events) ON COMMIT DROP;
\copy fetched (id, data) FROM 'events.tsv'
INSERT INTO ingested_events SELECT id, data FROM fetched ON CONFLICT (id) DO NOTHING;
COMMIT;
SQL
