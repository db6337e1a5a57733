// Streams all pages of the API into one COPY, the next page being fetched while one is written. No buffer, no ledger:
// after any failure it starts over. node copy_pipeline.mjs API_BASE_URL API_KEY DATABASE_URL

import { once } from "node:events";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { Pool } from "undici";

const [base, key, databaseUrl] = process.argv.slice(2);
const { origin, pathname } = new URL(base);
const api = new Pool(origin, { connections: 1 });

async function fetchPage(cursor) {
  const query = new URLSearchParams({ limit: "5000", ...(cursor && { cursor }) });
  const { statusCode, body } = await api.request({
    method: "GET",
    path: `${pathname}/events?${query}`,
    headers: { "x-api-key": key },
  });
  if (statusCode !== 200) {
    throw new Error(`HTTP ${statusCode}: ${await body.text()}`);
  }
  return body.json();
}

function toCopyText(events) {
  let text = "";
  for (const event of events) {
    text += `${event.id}\t${JSON.stringify(event).replaceAll("\\", "\\\\")}\n`;
  }
  return text;
}

const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
const copy = client.query(copyFrom("COPY ingested_events (id, data) FROM STDIN"));
const failed = once(copy, "error").then(([error]) => Promise.reject(error));
failed.catch(() => {});

let page = await fetchPage();
while (page) {
  const { hasMore, nextCursor } = page.pagination;
  const next = hasMore ? fetchPage(nextCursor) : null;
  if (!copy.write(toCopyText(page.data))) {
    await Promise.race([once(copy, "drain"), failed]);
  }
  page = await next;
}
const finished = once(copy, "finish");
copy.end();
await Promise.race([finished, failed]);
await client.end();
await api.close();
