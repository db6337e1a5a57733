// Inserts the rows of a file of COPY text in batches of 5000, each a statement over two arrays, over one connection.
// node unnest_inserts.mjs FILE DATABASE_URL

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import pg from "pg";

const [path, databaseUrl] = process.argv.slice(2);
const statement = {
  name: "insert_batch",
  text: `INSERT INTO ingested_events (id, data) SELECT * FROM unnest($1::text[], $2::jsonb[])
         ON CONFLICT (id) DO NOTHING`,
};
const unescaped = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function column(text) {
  return text.includes("\\") ? text.replace(/\\(.)/g, (_, c) => unescaped[c] ?? c) : text;
}

const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
let ids = [];
let events = [];
async function insert() {
  if (ids.length > 0) {
    await client.query({ ...statement, values: [ids, events] });
    ids = [];
    events = [];
  }
}
for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
  const tab = line.indexOf("\t");
  ids.push(column(line.slice(0, tab)));
  events.push(column(line.slice(tab + 1)));
  if (ids.length === 5000) {
    await insert();
  }
}
await insert();
await client.end();
