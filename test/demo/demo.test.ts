import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runDemo } from "../../src/demo/demo.ts";
import type { ErpOrder } from "../../src/documents/erp.ts";
import { proveHome } from "../../src/gateway/prove.ts";
import { openStore } from "../../src/store/store.ts";

const quietly = () => {};

async function firstOrderOfAcme(home: string): Promise<ErpOrder> {
  const orders = path.join(home, "outbox", "erp");
  for (const name of (await readdir(orders)).filter((held) => held.startsWith("order_")).toSorted()) {
    const order = JSON.parse(await readFile(path.join(orders, name), "utf8")) as ErpOrder;
    if (order.partner === "acme") return order;
  }
  throw new Error("ACME has no order");
}

/** What kinds of files a folder of the outbox holds, as their names begin. */
async function kindsIn(scratch: string, folder: string): Promise<string[]> {
  const names = await readdir(path.join(scratch, "as-told", "outbox", folder));
  return [...new Set(names.map((name) => name.split("_")[0] ?? ""))].toSorted((a, b) => a.localeCompare(b));
}

describe("the demo", () => {
  let scratch: string;
  before(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), "calloff-demo-test-"));
    await runDemo({ home: path.join(scratch, "as-told"), once: true, say: quietly });
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  it("leaves acknowledgements, ship notices, invoices and ERP documents in the outbox", async () => {
    assert.deepEqual(await kindsIn(scratch, "acme"), ["810", "856", "997"]);
    assert.deepEqual(await kindsIn(scratch, "bolt"), ["810", "856", "997"]);
    assert.deepEqual(await kindsIn(scratch, "elbe"), ["CONTRL", "DESADV", "INVOIC"]);
    assert.deepEqual(await kindsIn(scratch, "isar"), ["4913"]);
    assert.deepEqual(await kindsIn(scratch, "copper"), ["invoice", "ship-notice"]);
    assert.deepEqual(await kindsIn(scratch, "erp"), ["order", "receipt", "receivable", "shipment"]);
  });

  it("has customers whose next schedules are taken with the notes they quote, whatever family they speak", async () => {
    const store = openStore("sqlite:data/calloff.sqlite", path.join(scratch, "as-told"));
    try {
      const rows = await store.ask(
        `SELECT r.partner, r.state, v.sentence FROM revision r JOIN verdict v ON v.revision_id = r.id
         WHERE r.partner IN ('elbe', 'isar', 'copper') AND r.issued_on = '2027-02-22' ORDER BY r.partner`,
      );
      assert.deepEqual(
        rows.map(({ partner, state, sentence }) => `${String(partner)} ${String(state)}: ${String(sentence)}`),
        [
          "copper accepted: nothing changed",
          "elbe accepted: 100 cancelled on 30 April; +100 on 28 February; nothing moved",
          "isar accepted: nothing changed",
        ],
      );
      const failed = await store.ask("SELECT name, state FROM file WHERE state NOT IN ('applied', 'in part')");
      assert.deepEqual(failed, []);
    } finally {
      await store.close();
    }
  });

  it("can be proven: done again from archive and audit trail, the outbox is the same byte for byte", async () => {
    const proof = await proveHome(path.join(scratch, "as-told"));
    assert.deepEqual([proof.files.missing, proof.files.different, proof.files.extra], [[], [], []]);
    assert.equal(proof.fingerprint.again, proof.fingerprint.before);
    assert.ok(proof.proven && proof.files.same > 30);
  });

  it("is only read by the proof, also where its settings are a link", async () => {
    const settings = path.join(scratch, "as-told", "config", "gateway.yaml");
    const elsewhere = path.join(scratch, "gateway.yaml");
    await rename(settings, elsewhere);
    await symlink(elsewhere, settings);
    const before = await readFile(elsewhere, "utf8");
    assert.ok((await proveHome(path.join(scratch, "as-told"))).proven);
    assert.equal(await readFile(elsewhere, "utf8"), before);
  });

  it("makes an order that is larger by as much as one FST of the forecast is", async () => {
    const told = await readFile(path.join(scratch, "as-told", "try", "acme-830.edi"), "latin1");
    const changed = path.join(scratch, "changed.edi");
    await writeFile(changed, told.replace("FST*2000*C*D*20270201~", "FST*2137*C*D*20270201~"), "latin1");
    await runDemo({ home: path.join(scratch, "changed"), once: true, schedule: changed, say: quietly });
    const [before_, after_] = await Promise.all(
      ["as-told", "changed"].map((home) => firstOrderOfAcme(path.join(scratch, home))),
    );
    assert.equal(before_?.lines[0]?.quantity, "2000");
    assert.equal(after_?.lines[0]?.quantity, "2137");
    assert.equal(after_?.lines[1]?.quantity, before_?.lines[1]?.quantity);
  });

  it("plays only a schedule of ACME's, and says what it found instead", async () => {
    const home = path.join(scratch, "never-made");
    const other = path.join(scratch, "other.edi");
    await writeFile(other, "hello");
    await assert.rejects(runDemo({ home, once: true, schedule: other, say: quietly }), { code: "DEMO_SCHEDULE" });
    await assert.rejects(runDemo({ home, once: true, schedule: "/nowhere", say: quietly }), {
      code: "FILE_UNREADABLE",
    });
  });

  it("begins in an empty folder only", async () => {
    await assert.rejects(runDemo({ home: path.join(scratch, "as-told"), once: true, say: quietly }), {
      code: "DEMO_HOME_IN_USE",
    });
  });
});
