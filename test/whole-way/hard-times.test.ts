/** What must not be lost or done twice when things go wrong, through the real program. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, calloff, calloffHere, calloffJson, type Daemon, listAt, startDaemon } from "../support/program.ts";

const DAY = ["--business-date", "2027-03-01"];

/** The n-th day from 1 March 2027 as `YYYYMMDD`. */
const day = (n: number): string =>
  new Date(Date.UTC(2027, 2, 1 + (n % 3000))).toISOString().slice(0, 10).replaceAll("-", "");

describe("In hard times", () => {
  let home: TestHome;
  let daemon: Daemon | undefined;
  beforeEach(() => {
    home = freshHome("2027-03-01");
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    daemon = undefined;
    home.remove();
  });

  const give = (...args: string[]) => calloffJson([...args, "--home", home.path, ...DAY]);
  const settings = (more: string) => {
    const file = path.join(home.path, "config/gateway.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}${more}\n`);
  };
  const drop = (sample: string, folder: string) =>
    cpSync(path.join(home.path, "samples", sample), path.join(home.path, "inbox", folder, sample));

  /** A schedule of so many daily steps, as one interchange. */
  function longForecast(steps: number): string {
    const text = readFileSync(path.join(home.path, "samples/forecast.edi"), "latin1");
    const lines = Array.from({ length: steps }, (_, n) => `FST*1*C*D*${day(n)}~\n`).join("");
    return text.replace(/(FST\*[^~]*~\n)+/, lines).replace(/SE\*\d+\*/, `SE*${8 + steps}*`);
  }

  it("a file that no reader survives is set aside with the reason, and the command says so with exit 4", async () => {
    settings("workers: { secondsPerFile: 0.001 }");
    drop("forecast.edi", "acme");
    const ran = await calloff(["run", "--home", home.path, ...DAY]);
    assert.equal(ran.code, 4, ran.stdout);
    assert.match(ran.stdout, /file:1 .*quarantined/);
    const { document } = await give("file", "show", "1");
    assert.ok(["quarantined", "failed"].includes(String(at(document, "state"))), String(at(document, "state")));
    assert.match(JSON.stringify(document), /READER_TIMEOUT/);
    assert.deepEqual(readdirSync(path.join(home.path, "inbox/acme")), []);
  });

  it("a stop in the midst of a long file loses nothing: it is taken up again and applied once", async () => {
    drop("blanket-order.json", "erp");
    await give("run");
    daemon = startDaemon(["--home", home.path, ...DAY]);
    await daemon.next("ready");
    home.write("inbox/acme/long.edi", longForecast(60_000));
    await daemon.next("file.claimed", ({ name }) => name === "long.edi");
    daemon.kill("SIGTERM");
    const ended = await daemon.ended;
    assert.equal(ended.code, 0, ended.stderr);
    const ran = await give("run");
    assert.equal(ran.code, 0, ran.stdout);
    const { document } = await give("schedule", "list");
    assert.equal(listAt(document, "schedules").length, 1);
    assert.equal(readdirSync(path.join(home.path, "outbox/acme")).filter((name) => name.startsWith("997")).length, 1);
  });

  it("what commands decide while the daemon runs is noticed: orders, then ship notice and invoice", async () => {
    settings('timetable: { release: "* * * * * *" }');
    daemon = startDaemon(["--home", home.path, ...DAY]);
    await daemon.next("ready");
    drop("blanket-order.json", "erp");
    await daemon.next("file.applied");
    drop("forecast.edi", "acme");
    await daemon.next("file.applied");
    const accepted = await calloffHere(["schedule", "accept", "1", "--home", home.path, ...DAY]);
    assert.equal(accepted.code, 0, accepted.stderr);
    assert.match(accepted.stdout, /calloff start does it by its timetable/);
    assert.equal((await daemon.next("order.released"))["number"], "SO-000001");
    const shipped = await calloffHere(["order", "ship", "SO-000001", "--home", home.path, ...DAY]);
    assert.match(shipped.stdout, /SO-000001: booked as SH-000001/);
    await daemon.next("outbox.written", ({ name }) => String(name).startsWith("856_SH-000001"));
    await daemon.next("outbox.written", ({ name }) => String(name).startsWith("810_IN-000001"));
  });
});
