import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { instantAt } from "../../src/values/clock.ts";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, calloffHere, calloffJson } from "../support/program.ts";

const SETTINGS = "company: { name: X }\nlogLevel: error\n";

describe("calloff run", () => {
  let home: TestHome;
  beforeEach(() => {
    home = freshHome();
  });
  afterEach(() => home.remove());

  it("says which file waits for its end, and since when", async () => {
    home.write("config/gateway.yaml", `${SETTINGS}intake: { quietMilliseconds: 0 }\n`);
    const { ctimeMs } = statSync(home.write("inbox/acme/r.edi", "ISA"), { bigint: true });
    const since = instantAt(Number(ctimeMs));
    const { code, stdout } = await calloffHere(["run", "--home", home.path]);
    assert.equal(code, 0);
    assert.ok(stdout.includes(`\n1 file waits: inbox/acme/r.edi is incomplete since ${since}\n`), stdout);
    assert.doesNotMatch(stdout, /Nothing was waiting/);
    const { document } = await calloffJson(["run", "--home", home.path]);
    assert.deepEqual(at(document, "waiting"), [{ file: "inbox/acme/r.edi", reason: "incomplete", since }]);
  });

  it("quarantines a file that is older than the patience, though this run sees it for the first time", async () => {
    home.write("config/gateway.yaml", `${SETTINGS}intake: { quietMilliseconds: 0, patienceMinutes: 0.000001 }\n`);
    for (const [n, content] of ["ISA", "", " \n"].entries()) home.write(`inbox/acme/${n}.edi`, content);
    const { code, document } = await calloffJson(["run", "--home", home.path]);
    assert.equal(code, 4);
    const states = [0, 1, 2].map((n) => at(document, "files", n, "state"));
    assert.deepEqual(states, ["quarantined", "quarantined", "quarantined"]);
    assert.deepEqual(at(document, "waiting"), []);
  });
});
