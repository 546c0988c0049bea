/** Plays random weeks against the model for as long as one likes: `npm run model -- [--runs N] [--seed S] [--path P]`. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { assertTold } from "../whole-way/model/at-the-end.ts";
import { openHouse } from "../whole-way/model/house.ts";
import { playWeeks } from "../whole-way/model/run.ts";

/** Weeks that are played between two lines about how far it got. */
const PORTION = 25;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    /** Where a failing week was found, as it is told. */
    path: { type: "string" },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const scratch = mkdtempSync(path.join(os.tmpdir(), "calloff-model-"));
process.env["TMPDIR"] = scratch;
try {
  const runs = Number(values.runs);
  let played = 0;
  for (let seed = Number(values.seed); played < runs; seed += 1) {
    const portion = values.path === undefined ? Math.min(PORTION, runs - played) : runs;
    const where = values.path === undefined ? {} : { path: values.path };
    played += await playWeeks(openHouse, { runs: portion, seed, most: 30, atTheEnd: assertTold, ...where });
    say(`${played} weeks played, the last with seed ${seed}`);
    if (values.path !== undefined) break;
  }
} catch (thrown) {
  say(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
