import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { type Progress, proveHome } from "../../src/gateway/prove.ts";
import { freshHome, type TestHome } from "../support/homes.ts";
import { calloffHere } from "../support/program.ts";

describe("calloff prove", () => {
  let home: TestHome;
  const calloff = (...args: string[]) =>
    calloffHere([...args, "--home", home.path, "--business-date", "2027-03-01"], {
      env: { CALLOFF_NOW: "2027-03-01T06:00:00Z" },
    });
  before(async () => {
    home = freshHome();
    const sample = (name: string) => path.join(home.path, "samples", name);
    copyFileSync(sample("blanket-order.json"), path.join(home.path, "inbox/erp/blanket.json"));
    assert.equal((await calloff("run")).code, 0);
    copyFileSync(sample("forecast.edi"), path.join(home.path, "inbox/acme/forecast.edi"));
    await calloff("run");
  });
  after(() => home.remove());

  it("says on stderr what it is about to do again; the answer on stdout stays one document", async () => {
    const { code, stdout, stderr } = await calloff("prove", "--json");
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { proven: boolean }).proven, true);
    assert.match(
      stderr,
      /^The home remembers \d+ entries of the audit trail, \d+ files written; all of it is done again on an empty database\.\n/,
    );
  });

  it("knows at every entry of the audit trail how far it is", async () => {
    const told: Progress[] = [];
    await proveHome(home.path, (progress) => told.push(progress));
    const [first, ...each] = told;
    assert.equal(first?.next, undefined);
    assert.equal(each.length, first?.entries);
    assert.deepEqual(
      each.map(({ next }) => next?.behind),
      each.map((_, n) => n),
    );
    assert.equal(each[0]?.next?.date, "2027-03-01");
  });
});
