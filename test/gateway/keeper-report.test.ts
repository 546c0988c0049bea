import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { StandingFault } from "../../src/exchange/faults.ts";
import { keeperReport, keepersSay } from "../../src/gateway/keeper-report.ts";
import type { Instant } from "../../src/values/clock.ts";
import { emptyFolder, type TestHome } from "../support/homes.ts";

const fault: StandingFault = {
  place: "inbox",
  kind: "watch",
  code: "EMFILE",
  what: "the inbox cannot be watched",
  remedy: "Raise the limit",
  since: "2027-03-01T06:00:00.000Z" as Instant,
};

describe("What a keeper says of itself", () => {
  let home: TestHome;
  beforeEach(() => {
    home = emptyFolder();
    home.write("data/calloff.sqlite", "");
  });
  afterEach(() => home.remove());

  it("can be read by the doctor while the keeper runs, and is gone when nothing stands any more", () => {
    const report = keeperReport(home.path, "start");
    report.write([fault]);
    const [says, ...more] = keepersSay(home.path);
    assert.deepEqual([says?.process, says?.command, says?.faults, more], [process.pid, "start", [fault], []]);
    report.write([]);
    assert.deepEqual(keepersSay(home.path), []);
  });

  it("is taken away when another process has got the number of one that was killed", () => {
    keeperReport(home.path, "start").write([fault]);
    const file = path.join(home.path, "data/keepers", `${process.pid}.json`);
    home.write(
      `data/keepers/${process.pid}.json`,
      readFileSync(file, "utf8").replace(/"began": "\d+"/, '"began": "1"'),
    );
    assert.deepEqual(keepersSay(home.path), []);
    assert.ok(!existsSync(file));
  });
});
