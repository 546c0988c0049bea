/** A connection that dies when COMMIT has been sent: what became of the transaction is asked, never assumed. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { calloff, type Ended } from "../support/program.ts";
import { confirmation, type SystemHome, systemHome } from "./homes.ts";
import { type Fate, type LossyProxy, lossyProxy } from "./lossy-proxy.ts";
import { assertSound, stateOf } from "./oracle.ts";
import { DAY, startGateway, urlOf } from "./several.ts";

/** What is done on the way of a file and of an order, by a statement that only its transaction has. */
const KINDS: Readonly<Record<string, RegExp>> = {
  "a claim's number": /INSERT INTO number_series \(scope, next\) VALUES \('claim'/,
  "T1 register": /INSERT INTO file \(/,
  "T2 apply": /INSERT INTO revision \(/,
  "T3 answer": /UPDATE interchange SET/,
  "T5 release": /INSERT INTO child_order \(/,
  "T6 import": /INSERT INTO agreement \(/,
  "T7 ship": /INSERT INTO shipment \(/,
  "T9 render": /INSERT INTO outbox_file \(/,
  "T10 staged": /SET state = 'staged'/,
  "T11 written": /SET state = 'written'/,
};
const kindOf = (statements: string): string | undefined =>
  Object.entries(KINDS).find(([, pattern]) => pattern.test(statements))?.[0];

const ORDER = "SO-000001";

function dropAll(to: SystemHome): void {
  to.drop("erp", "blanket.json", to.sample("blanket-order.json"));
  to.drop("acme", "forecast.edi", to.sample("forecast.edi"));
}

describe("A connection that dies after COMMIT was sent [D47]", () => {
  let home: SystemHome;
  let proxy: LossyProxy;
  beforeEach(async () => {
    home = await systemHome("postgres");
    const { hostname, port } = new URL(urlOf(home));
    proxy = await lossyProxy({ host: hostname, port: Number(port) });
  });
  afterEach(async () => {
    await proxy.close();
    await home.remove();
  });

  /** Lets the home's database be reached through the proxy only, or directly again. */
  function throughProxy(): () => void {
    const settings = path.join(home.path, "config/gateway.yaml");
    const direct = readFileSync(settings, "utf8");
    writeFileSync(settings, direct.replace(/@[^/]+\//, `@127.0.0.1:${proxy.port}/`));
    return () => writeFileSync(settings, direct);
  }

  const give = (...args: string[]): Promise<Ended> =>
    calloff([...args, "--home", home.path, "--business-date", DAY], { env: { CALLOFF_NOW: `${DAY}T06:00:00Z` } });

  for (const lost of ["answer lost", "commit lost"] as const) {
    it(`leaves every transaction done once, whether it was kept or not: ${lost}`, async () => {
      const undisturbed = await home.copy();
      for (const step of [
        dropAll,
        (to: SystemHome) => to.drop("erp", "shipped.json", confirmation("C-1", ORDER, "500")),
      ]) {
        step(undisturbed);
        await undisturbed.on(DAY, ["run"]);
      }
      const cut = new Map<string, number>();
      proxy.atCommit = (statements): Fate => {
        const kind = kindOf(statements);
        if (kind === undefined || cut.has(kind)) return "pass";
        cut.set(kind, 1);
        return lost;
      };
      const direct = throughProxy();
      dropAll(home);
      await home.on(DAY, ["run"]);
      home.drop("erp", "shipped.json", confirmation("C-1", ORDER, "500"));
      await home.on(DAY, ["run"]);
      direct();
      assert.deepEqual([...cut.keys()].toSorted(), Object.keys(KINDS).toSorted(), "every kind was cut once");
      await assertSound(home, { dropped: 3 });
      assert.deepEqual(await stateOf(home), await stateOf(undisturbed));
      await undisturbed.remove();
    });
  }

  it("lets a planner's command say what happened: an acceptance and a shipment that were kept are told as done", async () => {
    writeFileSync(path.join(home.path, "config/policies/standard.yaml"), "version: 1\nfirst: hold\n");
    dropAll(home);
    await home.on(DAY, ["run"]);
    throughProxy();
    const cut: string[] = [];
    proxy.atCommit = (statements): Fate => {
      const kind = /INSERT INTO decision \(/.test(statements) ? "decision" : kindOf(statements);
      if ((kind !== "decision" && kind !== "T7 ship") || cut.includes(kind)) return "pass";
      cut.push(kind);
      return "answer lost";
    };
    const [held] = ((await home.ask(DAY, "schedule", "list", "--held")) as { schedules: { id: number }[] }).schedules;
    const accepted = await give("schedule", "accept", String(held?.id));
    assert.equal(accepted.code, 0, accepted.stderr);
    await home.on(DAY, ["run"]);
    const shipped = await give("order", "ship", ORDER, "--line", "10=500", "--json");
    assert.equal(shipped.code, 0, shipped.stderr);
    assert.match(shipped.stdout, /"outcome": "booked"/);
    assert.deepEqual(cut, ["decision", "T7 ship"]);
    const again = await give("schedule", "accept", String(held?.id));
    assert.equal(again.code, 5, `decided already: ${again.stderr}`);
    assert.match(JSON.stringify(await home.ask(DAY, "order", "show", ORDER)), /"shipped":"500"/);
    await home.on(DAY, ["run"]);
    await assertSound(home);
  });

  it("lets a command say that it does not know, when the server is not heard of again", async () => {
    dropAll(home);
    await home.on(DAY, ["run"]);
    throughProxy();
    proxy.atCommit = (statements): Fate => {
      if (kindOf(statements) !== "T7 ship") return "pass";
      proxy.refusing = true;
      return "answer lost";
    };
    const shipped = await give("order", "ship", ORDER, "--line", "10=500");
    assert.equal(shipped.code, 1, shipped.stdout);
    assert.match(shipped.stderr, /STORE_OUTCOME[^]*not known[^]*look whether the change is there/);
    proxy.refusing = false;
    assert.match(JSON.stringify(await home.ask(DAY, "order", "show", ORDER)), /"shipped":"500"/, "it was kept");
  });

  it("stops no daemon: it finds out what became of its step and goes on", async () => {
    throughProxy();
    const daemon = startGateway(home);
    try {
      await daemon.next("idle");
      let left = 6;
      proxy.atCommit = (): Fate => {
        left -= 1;
        return left >= 0 ? ((["answer lost", "commit lost"] as const)[left % 2] as Fate) : "pass";
      };
      dropAll(home);
      await daemon.next("outbox.written", ({ name }) => String(name).startsWith("997_"));
      assert.ok(left < 0);
      daemon.kill("SIGTERM");
      assert.equal((await daemon.ended).code, 0);
    } finally {
      daemon.kill("SIGKILL");
      await daemon.ended;
    }
    await home.on(DAY, ["run"]);
    await assertSound(home, { dropped: 2 });
  });
});
