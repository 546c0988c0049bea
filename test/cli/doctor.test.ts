import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import { nodeLine } from "../../src/gateway/doctor.ts";
import { sqliteVersionLine } from "../../src/gateway/doctor-database.ts";
import { emptyFolder, freshHome, type TestHome } from "../support/homes.ts";
import { at, calloffHere, calloffJson } from "../support/program.ts";

interface Line {
  readonly subject: string;
  readonly health: string;
  readonly message: string;
  readonly remedy?: string;
}

describe("calloff doctor", () => {
  let home: TestHome;
  afterEach(() => home.remove());

  async function examined(): Promise<{ code: number | null; lines: Line[] }> {
    const { code, document } = await calloffJson(["doctor", "--home", home.path]);
    return { code, lines: at(document, "lines") as Line[] };
  }

  it("finds a fresh home fit to run, warns of nothing but the bundled SQLite, and makes nothing", async () => {
    home = freshHome();
    const { code, lines } = await examined();
    assert.equal(code, 0);
    const bad = lines.filter(({ health }) => health !== "ok");
    assert.deepEqual(
      bad.map(({ subject, health }) => `${health} ${subject}`),
      ["warn sqlite"],
    );
    assert.match(bad[0]?.remedy ?? "", /--build-from-source/);
    const again = await examined();
    assert.match(again.lines.find(({ subject }) => subject === "database")?.message ?? "", /made at the first start/);
  });

  it("fails a home whose settings are wrong, with file, line and remedy, and still looks at the rest", async () => {
    home = freshHome();
    home.write("config/partners/acme.yaml", "version: 1\nnaem: Acme\n");
    const { code, lines } = await examined();
    assert.equal(code, 1);
    const configuration = lines.find(({ subject }) => subject === "configuration");
    assert.equal(configuration?.health, "fail");
    assert.match(configuration?.message ?? "", /acme\.yaml, line 2/);
    assert.ok(lines.some(({ subject, health }) => subject === "disk" && health === "ok"));
  });

  it("warns of a data folder that others may enter, with the command that closes it", async () => {
    home = freshHome();
    chmodSync(path.join(home.path, "data"), 0o755);
    const { code, lines } = await examined();
    assert.equal(code, 0);
    assert.match(lines.find(({ subject }) => subject === "data")?.remedy ?? "", /^chmod 700 /);
  });

  it("fails on a timetable that is none and on a database that cannot be", async () => {
    home = freshHome();
    for (const [setting, subject] of [
      ["timetable: { release: 99 99 99 99 99 }", "configuration"],
      ["database: mysql://nowhere", "database"],
    ] as const) {
      home.write("config/gateway.yaml", `version: 1\ncompany: { name: Widget Works }\n${setting}\n`);
      const { code, lines } = await examined();
      assert.equal(code, 1);
      const failed = lines.filter(({ health }) => health === "fail");
      assert.deepEqual(
        failed.map((line) => line.subject),
        [subject],
      );
    }
  });

  it("fails where there is no home, and says how to get one", async () => {
    home = emptyFolder();
    const ended = await calloffHere(["doctor"], { cwd: home.path });
    assert.equal(ended.code, 1);
    assert.match(ended.stdout, /fail {2}home: .*\n {6}do: .*calloff init/);
  });

  it("takes Node.js from 20.19 on, and advises a later one", () => {
    home = emptyFolder();
    assert.equal(nodeLine("20.18.3").health, "fail");
    assert.equal(nodeLine("18.20.0").health, "fail");
    assert.match(nodeLine("20.19.0").message, /22 or 24 are advised/);
    assert.equal(nodeLine("20.19.0").health, "ok");
    assert.equal(nodeLine("24.1.0").message, "Node.js 24.1.0");
  });

  it("warns of SQLite 3.52.0 and of every one before 3.51.3", () => {
    home = emptyFolder();
    assert.deepEqual(
      ["3.44.2", "3.51.2", "3.51.3", "3.52.0", "3.52.1", "3.53.2"].map((version) => sqliteVersionLine(version).health),
      ["warn", "warn", "ok", "warn", "ok", "ok"],
    );
  });
});
