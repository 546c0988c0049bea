/** Two keepers on one home, commands beside a keeper, another program in the way of the database, and many who decide at once. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { loadConfiguration } from "../../src/config/configuration.ts";
import { acceptRevisions } from "../../src/orders/decide.ts";
import { instantOf, occasionOf, standingClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { at, calloff, type Daemon, listAt, startDaemon } from "../support/program.ts";
import { confirmation, KINDS, type Kind, nextForecast, type SystemHome, systemHome } from "./homes.ts";
import { assertSound, inStore, stateOf } from "./oracle.ts";

const DAY = "2027-03-01";
const NOW = { CALLOFF_NOW: `${DAY}T06:00:00Z` };

const startOn = (home: SystemHome): Daemon => startDaemon(["--home", home.path, "--business-date", DAY], { env: NOW });
const commandOn = (home: SystemHome, words: readonly string[], user = "tester") =>
  calloff([...words, "--home", home.path, "--business-date", DAY], { env: { ...NOW, CALLOFF_USER: user } });

describe("A home on SQLite that is kept", () => {
  let home: SystemHome;
  const daemons: Daemon[] = [];
  const started = (): Daemon => {
    const daemon = startOn(home);
    daemons.push(daemon);
    return daemon;
  };
  beforeEach(async () => {
    home = await systemHome("sqlite");
    home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
    await home.on(DAY, ["run"]);
    home.drop("acme", "first.edi", home.sample("forecast.edi"));
    await home.on(DAY, ["run"]);
  });
  afterEach(async () => {
    for (const daemon of daemons.splice(0)) {
      daemon.kill("SIGKILL");
      await daemon.ended;
    }
    await home.remove();
  });

  it("refuses a second keeper with exit 5 and the name of the first; killed, it has another at once [C44]", async () => {
    const first = started();
    await first.next("ready");
    const second = await commandOn(home, ["start"]);
    assert.equal(second.code, 5);
    assert.match(second.stderr, new RegExp(`process ${first.pid} \\(calloff start\\)`));
    const run = await commandOn(home, ["run"]);
    assert.equal(run.code, 5);
    assert.match(run.stderr, new RegExp(`process ${first.pid} \\(calloff start\\)`));
    first.kill("SIGKILL");
    await first.ended;
    const third = started();
    await third.next("ready");
    home.drop("acme", "next.edi", nextForecast(home, 2, "2100"));
    await third.next("file.applied", ({ name }) => name === "next.edi");
    third.kill("SIGTERM");
    assert.equal((await third.ended).code, 0);
    await assertSound(home, { dropped: 3 });
  });

  it("lets commands be given beside the keeper, which writes what follows from them [C44]", async () => {
    const keeper = started();
    await keeper.next("idle");
    assert.equal((await commandOn(home, ["order", "list"])).code, 0);
    const shipped = await commandOn(home, ["order", "ship", "SO-000001"]);
    assert.equal(shipped.code, 0, shipped.stderr);
    await keeper.next("outbox.written", ({ name }) => String(name).startsWith("856_SH-000001"));
    keeper.kill("SIGTERM");
    assert.equal((await keeper.ended).code, 0);
    await assertSound(home, { dropped: 2 });
  });

  it("whose database another program holds says so after a while, has done nothing, and goes on when it is let go [B22]", async () => {
    const before = await stateOf(home);
    const held = await heldBusy(path.join(home.path, "data/calloff.sqlite"));
    try {
      const since = performance.now();
      const refused = await commandOn(home, ["order", "ship", "SO-000001"]);
      assert.equal(refused.code, 5, refused.stdout + refused.stderr);
      assert.match(refused.stderr, /STORE_BUSY/);
      assert.ok(performance.now() - since < 60_000);
      assert.deepEqual(await stateOf(home), before);
      const keeper = started();
      home.drop("erp", "shipped.json", confirmation("1", "SO-000001", "2000"));
      const { code } = await keeper.next("step.failed");
      assert.equal(code, "STORE_BUSY");
      await held.letGo();
      await keeper.next("file.applied", ({ name }) => name === "shipped.json");
      await keeper.next("outbox.written", ({ name }) => String(name).startsWith("856_SH-000001"));
      keeper.kill("SIGTERM");
      assert.equal((await keeper.ended).code, 0);
      await assertSound(home, { dropped: 3 });
    } finally {
      await held.letGo();
    }
  });
});

interface HeldBusy {
  letGo(): Promise<void>;
}

/** Another process in the midst of a write transaction on that file, until it is let go. */
async function heldBusy(file: string): Promise<HeldBusy> {
  const script = `const { Database } = require("sqlite3");
    const database = new Database(process.argv[1], () =>
      database.exec("BEGIN IMMEDIATE", (error) => console.log(error === null ? "held" : error.message)));
    process.stdin.on("end", () => process.exit()).resume();`;
  const other = spawn(process.execPath, ["-e", script, file], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => other.on("close", () => resolve()));
  for await (const line of createInterface({ input: other.stdout })) {
    assert.equal(line, "held");
    break;
  }
  return {
    letGo: async () => {
      other.stdin.end();
      await ended;
    },
  };
}

/** Schedules of so many items wait for a planner, one each. */
async function homeWithHeld(kind: Kind, items: number): Promise<SystemHome> {
  const home = await systemHome(kind, true);
  const blanket = JSON.parse(home.sample("blanket-order.json")) as { lines: object[] };
  const [line] = blanket.lines;
  const lines = Array.from({ length: items }, (_, n) => ({
    ...line,
    line: 10 * (n + 1),
    item: `W-${n + 1}`,
    customerPart: `A-${n + 1}`,
  }));
  home.drop("erp", "blanket.json", JSON.stringify({ ...blanket, lines }));
  await home.on(DAY, ["run"]);
  const [head = "", ...rest] = home.sample("forecast.edi").split(/(?=LIN\*)/);
  const loop = rest.join("").slice(0, rest.join("").indexOf("CTT*"));
  const tail = rest.join("").slice(loop.length);
  const loops = lines.map(({ customerPart }) => loop.replace("A-100", customerPart)).join("");
  const segments = 3 + items * loop.split("~\n").filter((one) => one !== "").length + 2;
  const counts = tail.replace("CTT*1~", `CTT*${items}~`).replace(/SE\*\d+/, `SE*${segments}`);
  home.drop("acme", "first.edi", `${head}${loops}${counts}`);
  await home.on(DAY, ["run"]);
  return home;
}

for (const kind of KINDS) {
  describe(`Decisions that are taken at once [${kind}]`, () => {
    const DIFFERENT = 10;
    const HERE = 20;
    let home: SystemHome;
    let ids: number[];
    before(async () => {
      home = await homeWithHeld(kind, DIFFERENT + 1 + HERE);
      const listed = await home.ask(DAY, "schedule", "list", "--held");
      ids = (await inStore(home, (store) => store.ask("SELECT id FROM revision WHERE state = 'held' ORDER BY id"))).map(
        ({ id }) => Number(id),
      );
      assert.equal(ids.length, DIFFERENT + 1 + HERE, JSON.stringify(listed));
    });
    after(() => home.remove());

    it("by ten processes on ten schedules and by ten on one: eleven are taken, nine hear whose it was [B23]", async () => {
      const [one = 0, ...others] = ids.slice(0, DIFFERENT + 1);
      const users = Array.from({ length: DIFFERENT }, (_, n) => `planner${n + 1}`);
      const ended = await Promise.all([
        ...users.map((user, n) => commandOn(home, ["schedule", "accept", String(others[n])], user)),
        ...users.map((user) => commandOn(home, ["schedule", "accept", String(one)], user)),
      ]);
      const done = ended.filter(({ code }) => code === 0);
      const refused = ended.filter(({ code }) => code !== 0);
      assert.equal(done.length, DIFFERENT + 1, refused.map(({ stderr }) => stderr).join("\n"));
      const [decision] = await inStore(home, (store) =>
        store.ask("SELECT who FROM decision WHERE revision_id = :one", { one }),
      );
      for (const { code, stderr } of refused) {
        assert.equal(code, 5, stderr);
        assert.match(stderr, new RegExp(`already decided by ${String(decision?.["who"])}\\b`));
      }
      await assertSound(home, { dropped: 2 });
    });

    it("by twenty in one process, on twenty schedules: all are taken [B23]", async () => {
      const config = loadConfiguration(home.path);
      const clock = standingClock(plainDate(DAY), instantOf(NOW.CALLOFF_NOW));
      const mine = ids.slice(DIFFERENT + 1);
      const taken = await inStore(home, (store) =>
        Promise.all(mine.map((id, n) => acceptRevisions(store, config, [id], occasionOf(clock, `planner${n}`)))),
      );
      assert.deepEqual(
        taken.flat().map(({ id, state }) => [id, state]),
        mine.map((id) => [id, "accepted"]),
      );
      await assertSound(home, { dropped: 2 });
      assert.equal(listAt(await home.ask(DAY, "schedule", "list", "--held"), "schedules").length, 0);
      assert.ok(at(await home.ask(DAY, "run"), "orders", 0) !== undefined);
    });
  });
}
