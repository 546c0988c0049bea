import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { FSWatcher } from "chokidar";
import { standingFaults } from "../../src/exchange/faults.ts";
import { type Logger, openLog } from "../../src/gateway/log.ts";
import { type InboxWatcher, inboxWatcher } from "../../src/gateway/watcher.ts";
import { systemClock } from "../../src/values/clock.ts";
import { emptyFolder, type TestHome } from "../support/homes.ts";

/** Hints as they come; the next one can be awaited. */
function hints() {
  const waiting: (() => void)[] = [];
  let seen = 0;
  return {
    hint: () => {
      seen += 1;
      for (const wake of waiting.splice(0)) wake();
    },
    next: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
      }),
    count: () => seen,
  };
}

const faultsOn = (log: Logger) =>
  standingFaults({ clock: systemClock({ timeZone: "UTC" }), log, events: new EventEmitter() });

describe("Watching the inbox", () => {
  const log = openLog("silent");
  const quiet = { log, faults: faultsOn(log) };
  let home: TestHome;
  let watcher: InboxWatcher;
  beforeEach(() => {
    home = emptyFolder();
    mkdirSync(path.join(home.path, "inbox/acme"), { recursive: true });
  });
  afterEach(async () => {
    await watcher.stop();
    home.remove();
  });

  it("hints when a file arrives", async () => {
    const { hint, next } = hints();
    watcher = inboxWatcher(() => [path.join(home.path, "inbox/acme")], hint, quiet);
    await watcher.start();
    const hinted = next();
    home.write("inbox/acme/a.edi", "ISA");
    await hinted;
  });

  it("sees again after the inbox was deleted and made anew, as soon as a scan asks it to look", async () => {
    const { hint, next } = hints();
    watcher = inboxWatcher(() => [path.join(home.path, "inbox/acme")], hint, quiet);
    await watcher.start();
    rmSync(path.join(home.path, "inbox"), { recursive: true });
    await watcher.refresh();
    mkdirSync(path.join(home.path, "inbox/acme"), { recursive: true });
    await watcher.refresh();
    const hinted = next();
    home.write("inbox/acme/b.edi", "ISA");
    await hinted;
  });

  it("never watches a folder that is missing, whatever stands beside it", async () => {
    const watched: (readonly string[])[] = [];
    mkdirSync(path.join(home.path, "acme"));
    const folders = ["inbox/acme", "inbox/missing/acme"].map((folder) => path.join(home.path, folder));
    const { hint } = hints();
    watcher = inboxWatcher(
      () => folders,
      hint,
      quiet,
      (paths) => {
        watched.push(paths as readonly string[]);
        return stillWatcher();
      },
    );
    await watcher.start();
    assert.deepEqual(watched, [[path.join(home.path, "inbox/acme")]]);
  });

  it("sees again when the folder that was made anew got the number of the deleted one", async () => {
    const opened: FSWatcher[] = [];
    const folder = path.join(home.path, "inbox/acme");
    const { hint } = hints();
    watcher = inboxWatcher(
      () => [folder],
      hint,
      quiet,
      () => {
        opened.push(stillWatcher());
        return opened.at(-1) as FSWatcher;
      },
    );
    await watcher.start();
    await watcher.refresh();
    assert.equal(opened.length, 1);
    opened[0]?.emit("unlinkDir", folder);
    await watcher.refresh();
    assert.equal(opened.length, 2);
  });

  for (const [code, remedy] of [
    ["ENOSPC", /max_user_watches/],
    ["EMFILE", /max_user_instances/],
  ] as const) {
    it(`leaves everything to the scans at ${code}, says once which setting would help, and tries again`, async () => {
      const faults = faultsOn(log);
      const tried: (Error | undefined)[] = [];
      const left = [Object.assign(new Error("no more watches"), { code }), undefined];
      const { hint } = hints();
      watcher = inboxWatcher(
        () => [path.join(home.path, "inbox/acme")],
        hint,
        { log, faults },
        () => {
          tried.push(left.shift());
          return stillWatcher(tried.at(-1));
        },
      );
      await watcher.start();
      await watcher.refresh();
      assert.equal(tried.length, 1);
      const [fault, ...more] = faults.standing();
      assert.deepEqual([fault?.place, fault?.code, more], ["inbox", code, []]);
      assert.match(fault?.remedy ?? "", remedy);
      for (let scans = 0; tried.length === 1 && scans < 10; scans += 1) await watcher.refresh();
      assert.equal(tried.length, 2, "after some scans");
      assert.deepEqual(faults.standing(), []);
    });
  }
});

/** A watcher that is ready at once, or fails at once, and sees nothing. */
function stillWatcher(fault?: Error): FSWatcher {
  const still = new EventEmitter() as unknown as FSWatcher;
  still.close = async () => {};
  process.nextTick(() => (fault === undefined ? still.emit("ready") : still.emit("error", fault)));
  return still;
}
