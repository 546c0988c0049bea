import assert from "node:assert/strict";
import { openLog } from "../../src/gateway/log.ts";
import type { Part } from "../../src/gateway/part.ts";
import { checkJob, timetable } from "../../src/gateway/timetable.ts";

describe("The timetable", () => {
  const quiet = openLog("silent");
  let times: Part;
  afterEach(() => times.stop());

  it("runs a job at its time, and again after a run that failed", async () => {
    let runs = 0;
    await new Promise<void>((resolve, reject) => {
      const run = async () => {
        runs += 1;
        if (runs === 1) throw new Error("not this time");
        resolve();
      };
      times = timetable([{ name: "release", expression: "* * * * * *", run }], "Europe/Berlin", quiet);
      times.start().catch(reject);
    });
    assert.equal(runs, 2);
  });

  it("refuses what is no cron expression, naming the entry", async () => {
    times = timetable([{ name: "release", expression: "every morning", run: async () => {} }], "UTC", quiet);
    await assert.rejects(times.start(), {
      code: "TIMETABLE_EXPRESSION",
      place: { file: "config/gateway.yaml", field: "timetable.release" },
    });
    assert.throws(() => checkJob({ name: "release", expression: "61 0 * * *" }), { code: "TIMETABLE_EXPRESSION" });
    assert.doesNotThrow(() => checkJob({ name: "release", expression: "10 0 * * *" }));
  });
});
