import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { loadConfiguration } from "../../src/config/configuration.ts";
import { emptyFolder, type TestHome } from "../support/homes.ts";
import { at, calloffHere, calloffJson } from "../support/program.ts";

describe("calloff init", () => {
  let folder: TestHome;
  beforeEach(() => {
    folder = emptyFolder();
  });
  afterEach(() => folder.remove());

  it("lays out a home whose configuration is right and whose sample file is valid", async () => {
    const home = path.join(folder.path, "new");
    const ended = await calloffHere(["init", home, "--business-date", "2027-03-01"]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual([...loadConfiguration(home).partners.keys()], ["acme"]);
    assert.equal(statSync(path.join(home, "data")).mode & 0o777, 0o700);
    for (const name of ["inbox/acme", "inbox/erp", "outbox/acme", "outbox/erp", "mappings", "README.md"]) {
      assert.ok(existsSync(path.join(home, name)), name);
    }
    const checked = await calloffJson(["check", path.join(home, "samples/forecast.edi"), "--home", home]);
    assert.equal(checked.code, 0, checked.stdout);
    assert.equal(at(checked.document, "valid"), true);
  });

  it("adds to a home what is missing and leaves every file as it is", async () => {
    const home = path.join(folder.path, "new");
    await calloffHere(["init", home]);
    folder.write("new/config/gateway.yaml", "version: 1\ncompany: { name: Mine }\n");
    const { code, document } = await calloffJson(["init", home]);
    assert.equal(code, 0);
    assert.deepEqual(at(document, "made"), []);
    assert.match(readFileSync(path.join(home, "config/gateway.yaml"), "utf8"), /Mine/);
  });

  it("refuses a folder that holds something else, and writes nothing", async () => {
    folder.write("thesis.txt", "not yours");
    const { code, document } = await calloffJson(["init", folder.path]);
    assert.equal(code, 1);
    assert.equal(at(document, "error", "code"), "HOME_NOT_EMPTY");
    assert.deepEqual(readdirSync(folder.path), ["thesis.txt"]);
  });

  it("refuses a file in the folder's place", async () => {
    const { code, document } = await calloffJson(["init", folder.write("a-file", "")]);
    assert.equal(code, 1);
    assert.equal(at(document, "error", "code"), "HOME_NOT_EMPTY");
  });
});
