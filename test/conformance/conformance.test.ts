/** `npm run conformance` on folders made to trip it: a check that cannot fail is none. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { sampleFiles } from "../../src/gateway/sample-files.ts";
import { plainDate } from "../../src/values/dates.ts";
import { ROOT } from "../mapping/support.ts";
import { emptyFolder, type TestHome } from "../support/homes.ts";
import type { ConformanceAnswer } from "../tools/conformance-worker.ts";

const FORECAST = sampleFiles(plainDate("2027-03-01"))["samples/forecast.edi"] as string;

describe("npm run conformance", function () {
  this.timeout(60_000);
  let folder: TestHome;
  beforeEach(() => {
    folder = emptyFolder();
  });
  afterEach(() => folder.remove());

  function conformance(...more: string[]) {
    const tool = path.join(ROOT, "test/tools/conformance.ts");
    const run = spawnSync(process.execPath, ["--import", "tsx", tool, folder.path, ...more], {
      cwd: ROOT,
      encoding: "utf8",
    });
    return { exit: run.status, stdout: run.stdout, stderr: run.stderr };
  }
  const answers = (...more: string[]): { exit: number | null; faults: Record<string, readonly string[]> } => {
    const { exit, stdout, stderr } = conformance("--json", ...more);
    assert.equal(stderr, "");
    const all = JSON.parse(stdout) as ConformanceAnswer[];
    return { exit, faults: Object.fromEntries(all.map(({ file, faults }) => [file, faults])) };
  };

  it("tells each file on a line with its message, documents and findings, and sums them up", () => {
    folder.write("830/good.edi", FORECAST);
    folder.write("invalid/count.edi", FORECAST.replace("SE*13*", "SE*12*"));
    folder.write("README.md", "no message");
    const { exit, stdout } = conformance();
    assert.equal(exit, 0, stdout);
    assert.match(stdout, /^ok {3}830\/good\.edi \| 830 004010 \| valid delivery-schedule of \d lines? \| no findings/m);
    assert.match(stdout, /^ok {3}invalid\/count\.edi \| .* \| reject SE01 SYNTAX_SEGMENT_COUNT/m);
    assert.match(stdout, /^2 passed, 0 failed$/m);
  });

  it("fails on a valid file that is refused, and on an invalid one that is read", () => {
    folder.write("830/bad-date.edi", FORECAST.replace(/(FST\*\d+\*C\*D\*)\d{8}/, "$199999999"));
    folder.write("invalid/good.edi", FORECAST);
    const { exit, faults } = answers();
    assert.equal(exit, 1);
    assert.match(String(faults["830/bad-date.edi"]), /is valid, but was refused: FST04/);
    assert.match(String(faults["invalid/good.edi"]), /is invalid, but was read/);
  });

  it("fails on a message that no mapping reads, although one should", () => {
    folder.write("mappings/x12/keep", "");
    folder.write("files/good.edi", FORECAST);
    const { exit, faults } = answers("--mappings", path.join(folder.path, "mappings"));
    assert.equal(exit, 1);
    assert.match(String(faults["files/good.edi"]), /830 0001 has no mapping at all/);
  });

  it("fails where an index expects a finding at another place, or another message", () => {
    folder.write("a.edi", FORECAST.replace("SE*13*", "SE*12*"));
    folder.write("b.edi", FORECAST);
    folder.write(
      "INDEX.tsv",
      ["path\tmessage type\texpected", "a.edi\tinvalid\tGE02, SE01", "b.edi\t862\t", ""].join("\n"),
    );
    const { exit, faults } = answers();
    assert.equal(exit, 1);
    assert.deepEqual(faults["a.edi"], ["no finding at GE02"]);
    assert.deepEqual(faults["b.edi"], ["is a 862, but was taken for 830"]);
  });

  it("ends a file that takes too long, and goes on with the next", () => {
    folder.write("a.edi", FORECAST);
    const { exit, faults } = answers("--timeout", "0.001");
    assert.equal(exit, 1);
    assert.match(String(faults["a.edi"]), /took longer than 0\.001 s/);
  });

  it("refuses a folder that is none, and an index that lists what is not there", () => {
    assert.equal(
      spawnSync(process.execPath, ["--import", "tsx", "test/tools/conformance.ts", "/nowhere"], { cwd: ROOT }).status,
      2,
    );
    folder.write("INDEX.tsv", "path\tmessage type\nmissing.edi\t830\n");
    const { exit, stderr } = conformance();
    assert.equal(exit, 1);
    assert.match(stderr, /INDEX\.tsv lists missing\.edi/);
  });
});
