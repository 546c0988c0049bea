/** Random weeks against the model of the domain, by the built program: each day a process, killed for real at its crash points. */
import assert from "node:assert/strict";
import { CRASH_POINTS } from "../../src/values/crash-points.ts";
import { createPostgres, dropPostgres } from "../support/databases.ts";
import { freshHome } from "../support/homes.ts";
import { calloff } from "../support/program.ts";
import { assertTold } from "../whole-way/model/at-the-end.ts";
import { type Crash, dropper, type House, layOut } from "../whole-way/model/house.ts";
import { playWeeks } from "../whole-way/model/run.ts";
import type { Rules } from "../whole-way/model/words.ts";
import { inStore, KINDS, type Kind } from "./homes.ts";

const pointOf = ({ somewhere }: Crash) => CRASH_POINTS[somewhere % CRASH_POINTS.length] as string;

/** Arguments of a command, as one types them. */
function typed(given: object): string[] {
  const { ids = [], order, shipment, reason } = given as Record<string, string> & { ids?: readonly number[] };
  return [
    ...ids.map(String),
    ...[order, shipment].filter((word) => word !== undefined),
    ...(reason === undefined ? [] : ["--reason", reason]),
  ];
}

/** How often the program was really killed. */
let kills = 0;

/** A home that is reached by the program alone. */
async function programHouse(kind: Kind, rules: Rules, today: string): Promise<House> {
  const home = freshHome(today);
  const server = kind === "postgres" ? await createPostgres() : undefined;
  layOut(home, rules, server?.url);
  let date = today;
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    calloff([...args, "--home", home.path, "--business-date", date], {
      env: { CALLOFF_NOW: `${date}T06:00:00Z`, ...env },
    });
  return {
    path: home.path,
    day: (next) => {
      date = next;
    },
    drop: dropper(home),
    settle: async (crash) => {
      if (crash !== undefined) {
        const { signal } = await run(["run"], { CALLOFF_CRASH_AT: `${pointOf(crash)}:1` });
        if (signal === "SIGKILL") kills += 1;
      }
      const { code, stdout, stderr } = await run(["run"]);
      assert.equal(code, 0, `calloff run: ${stdout}${stderr}`);
    },
    killedAt: (crash) => `at ${pointOf(crash)}`,
    command: async (name, given) => {
      const { code, stdout, stderr } = await run([...name.split(" "), ...typed(given)]);
      assert.ok([0, 1, 5].includes(code ?? -1), `calloff ${name}: ${stdout}${stderr}`);
      return code === 0;
    },
    prove: async () => {
      const { code, stdout, stderr } = await run(["prove"]);
      assert.equal(code, 0, `calloff prove: ${stdout}${stderr}`);
    },
    ask: (question) => inStore(home, question),
    remove: async () => {
      if (server !== undefined) await dropPostgres(server.name);
      home.remove();
    },
  };
}

const SEED = Number(process.env["CALLOFF_TEST_SEED"] ?? "20270301");

describe("Random weeks of the program, killed and started again", () => {
  for (const kind of KINDS) {
    it(`come out as a small model of the domain has them [${kind}]`, async () => {
      await playWeeks((rules, today) => programHouse(kind, rules, today), {
        runs: kind === "sqlite" ? 4 : 2,
        most: 25,
        often: true,
        // On a slow machine fewer weeks; the time also bounds how long a failing one is shortened.
        milliseconds: 150_000,
        seed: SEED + KINDS.indexOf(kind),
        atTheEnd: assertTold,
      });
    });
  }

  it("were killed for real", () => {
    assert.ok(kills >= 3, `${kills} times`);
  });
});
