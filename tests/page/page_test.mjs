// The page of `ingest serve` in a browser: what it shows, what its buttons do, by mouse and by keyboard, in light and
// dark, on a wide screen and a narrow one, and what axe finds of things that a screen reader could not tell.
//
//   node page_test.mjs INGEST PICTURES   (in a folder with node_modules)
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {once} from "node:events";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import {createRequire} from "node:module";
import {chromium} from "playwright-core";

const [ingest, pictures] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ingest_page."));
const write = (name, text) => fs.writeFileSync(path.join(folder, "pipelines", name + ".yaml"), text);
let hangs = false;

/// An API of three pages, that can be told not to answer.
const api = http.createServer((asked, answer) => {
  if (hangs) return;
  const page = Number(new URL(asked.url, "http://x").searchParams.get("page") || 1);
  const rows = page > 3 ? [] : Array.from({length: 10}, (_, i) => ({id: page * 100 + i}));
  answer.end(JSON.stringify({rows}));
});

async function start(flags = []) {
  const service = spawn(ingest, ["serve", "--pipelines", path.join(folder, "pipelines"), "--state", path.join(folder, "state"),
    "--http", "127.0.0.1:0", "--log-format", "json", ...flags], {stdio: ["ignore", "inherit", "pipe"]});
  let log = "";
  service.stderr.on("data", data => { log += data; });
  for (let i = 0; !log.includes("service_started"); ++i) {
    assert(service.exitCode === null && i < 300, log);
    await new Promise(done => setTimeout(done, 100));
  }
  return {service, url: "http://127.0.0.1:" + /"port":(\d+)/.exec(log)[1], log: () => log};
}

async function stop(running) {
  if (running.service.exitCode === null) {
    running.service.kill("SIGTERM");
    await once(running.service, "exit");
  }
  assert.equal(running.service.exitCode, 0, running.log());
}

async function main() {
  fs.mkdirSync(path.join(folder, "pipelines"));
  fs.mkdirSync(pictures, {recursive: true});
  await new Promise(done => api.listen(0, "127.0.0.1", done));
  fs.writeFileSync(path.join(folder, "rows.yaml"), `api: http://127.0.0.1:${api.address().port}
streams:
  rows: {path: /rows, records: rows, key: id, paginate: {page: {param: page, start: 1}}, schema: {id: integer}}
`);
  write("orders", `from: connector:${folder}/rows.yaml\nto: file:${folder}/orders.ndjson\n`);
  write("broken", "schedul: every 5min\n");
  write("failing", "schedule: every 1s\nfrom: file:/nowhere/rows.ndjson\nto: file:/nowhere/out.ndjson\n");
  write("night <b>", "");  // no name of a pipeline
  fs.writeFileSync(path.join(folder, "pipelines", "quiet.yaml"), `schedule: 30 2 * * mon-fri\ntimezone: Europe/Berlin\n` +
    `from: file:${folder}/rows.ndjson\nto: file:${folder}/out.ndjson\n`);

  const browser = await chromium.launch({executablePath: "/usr/bin/chromium", args: ["--no-sandbox"]});
  let running = await start();
  try {
    const context = await browser.newContext({viewport: {width: 1200, height: 900}});
    const page = await context.newPage();
    const wrong = [];
    page.on("pageerror", e => wrong.push(String(e)));
    page.on("console", m => { if (m.type() === "error") wrong.push(m.text()); });
    const foreign = [];
    page.on("request", r => { if (!r.url().startsWith(running.url) && !r.url().startsWith("data:")) foreign.push(r.url()); });
    await page.goto(running.url + "/");
    const row = name => page.locator("#pipelines tr", {has: page.getByRole("button", {name, exact: true})});

    // It tells what is there, and what is wrong, as text and not as markup.
    await row("orders").waitFor();
    await page.getByText('broken.yaml line 1: there is no setting "schedul"; did you mean "schedule"?').waitFor();
    await page.getByText("night <b>.yaml").waitFor();
    await row("failing").getByText("refused").waitFor();
    assert.match(await page.locator("#summary").textContent(), /3 pipelines, .* failing/);
    assert.match(await row("quiet").textContent(), /30 2 \* \* mon-fri.*in \d+ (h|d|min|s)/);

    // An order by mouse, and what comes of it.
    await page.getByRole("button", {name: "start orders"}).click();
    await row("orders").getByText("complete").waitFor();
    assert.match(await row("orders").textContent(), /30/);
    await row("orders").getByRole("button", {name: "orders", exact: true}).click();
    await page.getByRole("img", {name: /Flow of orders: Source 30 rows/}).waitFor();
    assert.equal(new URL(page.url()).hash, "#orders");
    assert.equal(await page.locator("#streams tr").count(), 1);

    // What hangs is seen, and why; and stopped by keyboard alone.
    hangs = true;
    const begin = page.getByRole("button", {name: "start orders"});
    await begin.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", {name: "stop orders"}).waitFor();
    await row("orders").getByText("running").waitFor();
    await page.screenshot({path: path.join(pictures, "running.png"), fullPage: true});
    assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), "stop orders", "the focus stays");
    await page.keyboard.press("Enter");
    await row("orders").getByText("stopped").waitFor();
    hangs = false;
    await page.getByRole("button", {name: "pause orders"}).focus();
    await page.keyboard.press("Space");
    await row("orders").getByText("paused").waitFor();
    await page.getByRole("button", {name: "resume orders"}).waitFor();

    // Nothing that a screen reader could not tell, in both schemes, wide and narrow.
    for (const [scheme, width] of [["light", 1200], ["dark", 1200], ["light", 400], ["dark", 400]]) {
      await page.emulateMedia({colorScheme: scheme, reducedMotion: "reduce"});
      await page.setViewportSize({width, height: 900});
      await page.waitForTimeout(200);
      await page.screenshot({path: path.join(pictures, `${scheme}_${width}.png`), fullPage: true});
      // The page's own policy keeps axe out, so it looks at the same page in a context that ignores policies.
      const free = await browser.newContext({bypassCSP: true, colorScheme: scheme, viewport: {width, height: 900}});
      const copy = await free.newPage();
      await copy.goto(page.url());
      await copy.locator("#pipelines tr").first().waitFor();
      await copy.evaluate(axe);
      const found = (await copy.evaluate(() => window.axe.run())).violations
        .map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "));
      await free.close();
      assert.deepEqual(found, [], `${scheme}, ${width} wide`);
      assert(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "only tables scroll sideways");
    }

    // A service that has gone is told of, and what is seen stays.
    await stop(running);
    await page.getByText("No answer").waitFor();
    assert.equal(await page.locator("#pipelines tr").count(), 3);
    assert.deepEqual(foreign, []);
    assert.deepEqual(wrong.filter(w => !w.includes("ERR_CONNECTION_REFUSED")), []);

    // With a token the page asks for it.
    fs.writeFileSync(path.join(folder, "token"), "0123456789abcdef0123456789\n");
    running = await start(["--http-token-file", path.join(folder, "token")]);
    await page.goto(running.url + "/");
    await page.getByLabel("Token").fill("0123456789abcdef0123456789");
    await page.keyboard.press("Enter");
    await page.locator("#pipelines tr").first().waitFor();
    assert(await page.locator("#login").isHidden());
    await stop(running);
  } finally {
    running.service.kill("SIGKILL");
    await browser.close();
    api.closeAllConnections();
    api.close();
    fs.rmSync(folder, {recursive: true, force: true});
  }
  console.log("the page does all of that; pictures are in " + pictures);
}

await main();
