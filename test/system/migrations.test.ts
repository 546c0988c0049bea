/** A database that is being brought up to date: by a process that is killed over it, and by several at once. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { calloff } from "../support/program.ts";
import { KINDS, type Kind, type SystemHome, systemHome } from "./homes.ts";
import { traced } from "./killed-at-calls.ts";
import { inStore } from "./oracle.ts";

const migrate = (home: SystemHome, env: Readonly<Record<string, string>> = {}) =>
  calloff(["db", "migrate", "--home", home.path, "--json"], { env });

/** Everything that is in the database, by name and definition. */
const tablesOf = (home: SystemHome): Promise<unknown> =>
  inStore(home, (store) =>
    store.ask(
      store.dialect === "sqlite"
        ? "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        : `SELECT table_name AS name, column_name AS sql FROM information_schema.columns WHERE table_schema = 'public'
           UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`,
    ),
  );
const notesOf = (home: SystemHome): Promise<unknown> =>
  inStore(home, (store) => store.ask("SELECT name FROM migration ORDER BY name"));

const migrations = async (home: SystemHome): Promise<readonly string[]> =>
  (JSON.parse((await migrate(home)).stdout) as { migrated: readonly string[] }).migrated;

/** A home whose database nothing has been stored in. */
const freshHomeOn = async (kind: Kind): Promise<SystemHome> => {
  const home = await systemHome(kind);
  rmSync(path.join(home.path, "data"), { recursive: true, force: true });
  return home;
};

for (const kind of KINDS) {
  describe(`A database that is migrated [${kind}]`, () => {
    const homes: SystemHome[] = [];
    let expected: unknown;
    let steps: readonly string[];

    const made = async (): Promise<SystemHome> => {
      const home = await freshHomeOn(kind);
      homes.push(home);
      return home;
    };
    before(async () => {
      const home = await made();
      steps = await migrations(home);
      expected = { tables: await tablesOf(home), notes: await notesOf(home) };
    });
    afterEach(async () => {
      for (const home of homes.splice(0)) await home.remove();
    });
    const assertMigrated = async (home: SystemHome): Promise<void> =>
      assert.deepEqual({ tables: await tablesOf(home), notes: await notesOf(home) }, expected);

    it("by a process that is killed after any of its steps is as it was, and the next one does it all [A9]", async () => {
      assert.ok(steps.length > 1);
      for (let n = 1; n <= steps.length; n += 1) {
        const home = await made();
        const { signal } = await migrate(home, { CALLOFF_CRASH_AT: `migrating:${n}` });
        assert.equal(signal, "SIGKILL", `step ${n}`);
        assert.deepEqual(await migrations(home), steps, `after step ${n} nothing was kept`);
        await assertMigrated(home);
      }
    });

    it("by three processes at once is migrated by one of them [A9]", async () => {
      const home = await made();
      const ended = await Promise.all([migrate(home), migrate(home), migrate(home)]);
      const done = ended.filter(({ code }) => code === 0);
      // On SQLite who comes while another keeps the home is told so.
      for (const { code, stderr } of ended) {
        assert.ok(code === 0 || (kind === "sqlite" && code === 5), stderr);
        if (code === 5) assert.match(stderr, /LOCKED.*\(calloff db migrate\)/s);
      }
      const names = done.flatMap(({ stdout }) => (JSON.parse(stdout) as { migrated: string[] }).migrated);
      assert.deepEqual(names, steps, "each step was done once");
      await assertMigrated(home);
    });
  });
}

describe("A SQLite file that is being made", () => {
  it("by a process that is killed at any sync, or at writes drawn by chance, is made by the next one [A9]", async () => {
    const model = await freshHomeOn("sqlite");
    await migrate(model);
    const expected = await tablesOf(model);
    await model.remove();
    const kills = [
      ...[1, 2, 3, 4, 5, 6].map((k) => ["fsync,fdatasync", k] as const),
      ...[1, 2, 5, 11, 23, 47, 71].map((k) => ["pwrite64", k] as const),
    ];
    let killed = 0;
    for (const [calls, k] of kills) {
      const home = await freshHomeOn("sqlite");
      const inject = ["-o", "/dev/null", "-e", `trace=${calls}`, "-e", `inject=${calls}:signal=KILL:when=${k}`];
      const ended = await traced(home, inject, {}, ["db", "migrate"]);
      if (ended.killed) killed += 1;
      const { code, stderr } = await migrate(home);
      assert.equal(code, 0, `${calls} ${k}: ${stderr}`);
      assert.deepEqual(await tablesOf(home), expected, `${calls} ${k}`);
      await home.remove();
    }
    assert.ok(killed > 5, `${killed} were killed`);
  });
});
