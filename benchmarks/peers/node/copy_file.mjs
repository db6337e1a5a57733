// Copies a file the way Node programs do: a loop over a stream's chunks of 64 KiB that waits for each write.
// node copy_file.mjs FROM TO

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

const [from, to] = process.argv.slice(2);
const file = await open(to, "w");
for await (const chunk of createReadStream(from, { highWaterMark: 64 * 1024 })) {
  await file.write(chunk);
}
await file.close();
