/** A daemon that is told to stop in the midst of a long file, and one whose reader dies of a file. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { calloff, type Daemon, startDaemon } from "../support/program.ts";
import { nextForecast, type SystemHome, systemHome } from "./homes.ts";
import { assertSound, filesIn, inStore, stateOf } from "./oracle.ts";

const DAY = "2027-03-01";
const SECONDS = 30;

/** An interchange with that many items, each with two dates; with a count of segments that is wrong where it is to have no effect. */
function longFile(home: SystemHome, items: number, effect: boolean): string {
  const [head = "", ...rest] = home.sample("forecast.edi").split(/(?=LIN\*)/);
  const tail = rest.join("").slice(rest.join("").indexOf("CTT*"));
  const lines: string[] = [];
  for (let n = 0; n < items; n += 1) {
    lines.push(`LIN**BP*Z-${n}~\nUIT*PC~\nFST*10*C*D*20270401~\nFST*10*C*D*20270501~\n`);
  }
  const segments = effect ? 4 * items + 5 : 1;
  return `${head}${lines.join("")}${tail.replace("CTT*1~", `CTT*${items}~`).replace(/SE\*\d+/, `SE*${segments}`)}`;
}

const linesApplied = (home: SystemHome): Promise<number> =>
  inStore(home, async (store) => {
    const [row] = await store.ask("SELECT COALESCE(MAX(lines_applied), 0) AS lines FROM message");
    return Number(row?.["lines"]);
  });

/** Asks again and again, for two minutes at most. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await holds())) {
    if (performance.now() - since > 120_000) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function secondsUntilEnded(running: Daemon): Promise<number> {
  const before = performance.now();
  await running.ended;
  return (performance.now() - before) / 1000;
}

const bytesReadBy = ({ pid }: Daemon): number =>
  Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);

/** The file is registered, and is being read again, in order to be applied. */
async function whileReading(running: Daemon): Promise<void> {
  await running.next("file.registered");
  const before = bytesReadBy(running);
  await until(async () => bytesReadBy(running) - before > 2_000_000);
}

describe("A daemon that is stopped in the midst of a long file", () => {
  let home: SystemHome;
  let daemon: Daemon | undefined;
  beforeEach(async () => {
    home = await systemHome("sqlite");
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    await home.remove();
  });
  const started = (): Daemon => {
    daemon = startDaemon(["--home", home.path, "--business-date", DAY], { env: { CALLOFF_NOW: `${DAY}T06:00:00Z` } });
    return daemon;
  };

  it("of 50 MB while it is read ends in time, lets go of the lock and has done nothing by halves [A4]", async () => {
    const text = longFile(home, 800_000, false);
    assert.ok(text.length > 50_000_000, `${text.length} bytes`);
    home.drop("acme", "long.edi", text);
    const running = started();
    await whileReading(running);
    running.kill("SIGTERM");
    assert.ok((await secondsUntilEnded(running)) < SECONDS);
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"event":"stopped","drained":true/);
    await assertSound(home, { dropped: 1, atWork: true });
    assert.deepEqual((await stateOf(home)).files, ["acme/long.edi: registered"]);
    // The lock is free: another keeper has the home at once.
    const again = started();
    await again.next("ready");
    again.kill("SIGTERM");
    assert.equal((await again.ended).code, 0);
  });

  it("while its lines are applied ends in time, and the next run ends where one does that was left alone [A4]", async () => {
    home.drop("acme", "long.edi", longFile(home, 4000, true));
    const undisturbed = await home.copy();
    await undisturbed.on(DAY, ["run"]);
    const running = started();
    await running.next("file.registered");
    // A part of the lines is applied: the first transactions have ended.
    await until(async () => (await linesApplied(home)) > 0);
    running.kill("SIGTERM");
    assert.ok((await secondsUntilEnded(running)) < SECONDS);
    assert.equal((await running.ended).code, 0);
    const applied = await linesApplied(home);
    assert.ok(applied > 0 && applied < 4000, `${applied} lines`);
    await home.on(DAY, ["run"]);
    assert.deepEqual(await stateOf(home), await stateOf(undisturbed));
    await undisturbed.remove();
  });

  it("stops at once at the second signal, and nothing is lost by it [A4]", async () => {
    home.drop("acme", "long.edi", longFile(home, 800_000, false));
    const running = started();
    await whileReading(running);
    running.kill("SIGTERM");
    const again = setInterval(() => running.kill("SIGTERM"), 50);
    const seconds = await secondsUntilEnded(running);
    clearInterval(again);
    assert.ok(seconds < 5, `${seconds} seconds`);
    const { code: aborted, signal } = await running.ended;
    assert.ok(aborted === 1 || signal === "SIGTERM", `${aborted} ${signal}`);
    await assertSound(home, { dropped: 1, atWork: true });
    const next = started();
    await next.next("ready");
    assert.deepEqual((await stateOf(home)).files, ["acme/long.edi: registered"]);
  });
});

describe("A daemon whose reader does not survive a file", () => {
  let home: SystemHome;
  let daemon: Daemon | undefined;
  beforeEach(async () => {
    home = await systemHome("sqlite");
    appendFileSync(path.join(home.path, "config/gateway.yaml"), "workers: { memoryMegabytes: 24 }\n");
    // Enough for a reader to start and to list the file; twice what it may take to read its set.
    home.drop("acme", "poison.edi", longFile(home, 40_000, true));
  });
  afterEach(async () => {
    daemon?.kill("SIGKILL");
    await daemon?.ended;
    await home.remove();
  });

  it("tries it once more, puts it apart as poison and goes on with the others; a retry takes it up [A5]", async () => {
    daemon = startDaemon(["--home", home.path, "--business-date", DAY], { env: { CALLOFF_NOW: `${DAY}T06:00:00Z` } });
    const { name, cause } = await daemon.next("file.quarantined");
    assert.equal(name, "poison.edi");
    assert.match(String(cause), /^poison: READER_DIED .*twice/);
    assert.deepEqual(Object.keys(filesIn(home, "data/quarantine/1")).toSorted(), ["poison.edi", "report.json"]);
    home.drop("acme", "next.edi", nextForecast(home, 2, "2100"));
    await daemon.next("file.applied", (event) => event["name"] === "next.edi" && event["state"] === "applied");
    daemon.kill("SIGTERM");
    assert.equal((await daemon.ended).code, 0);
    await assertSound(home, { dropped: 2 });

    const settings = path.join(home.path, "config/gateway.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace(/^workers: .*\n/m, ""));
    await home.on(DAY, ["file", "retry", "1"]);
    await home.on(DAY, ["run"]);
    assert.deepEqual((await stateOf(home)).files, ["acme/next.edi: applied", "acme/poison.edi: applied"]);
    await assertSound(home, { dropped: 2 });
  });

  it("and that is killed while it writes that down ends where one does that was not [A1, A5]", async () => {
    const undisturbed = await home.copy();
    const ended = await calloff(["run", "--home", undisturbed.path, "--business-date", DAY]);
    assert.equal(ended.code, 4);
    assert.match(ended.stdout, /poison\.edi +quarantined +poison: READER_DIED .*twice/);
    for (const point of ["quarantined", "finishing", "finished"]) {
      const env = { CALLOFF_CRASH_AT: `${point}:1`, CALLOFF_NOW: `${DAY}T06:00:00Z` };
      assert.equal((await home.on(DAY, ["run"], env)).signal, "SIGKILL", point);
    }
    await calloff(["run", "--home", home.path, "--business-date", DAY]);
    const [here, there] = [await stateOf(home), await stateOf(undisturbed)];
    assert.deepEqual(here.files, ["acme/poison.edi: quarantined"]);
    assert.deepEqual(here, there);
    await undisturbed.remove();
  });
});
