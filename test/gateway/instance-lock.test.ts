import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import path from "node:path";
import { takeInstanceLock } from "../../src/gateway/instance-lock.ts";
import { emptyFolder, type TestHome } from "../support/homes.ts";

describe("The lock of a home", () => {
  let home: TestHome;
  beforeEach(() => {
    home = emptyFolder();
  });
  afterEach(() => home.remove());

  it("is held by one process at a time; the next is told who, and what to do", async () => {
    const data = path.join(home.path, "data");
    const lock = await takeInstanceLock(data, "start");
    await assert.rejects(takeInstanceLock(data, "run"), {
      code: "LOCKED",
      exit: 5,
      found: `process ${process.pid} (calloff start)`,
    });
    await lock.release();
    await (await takeInstanceLock(data, "run")).release();
  });

  it("lies in a folder that only its owner may enter", async () => {
    const data = path.join(home.path, "data");
    const lock = await takeInstanceLock(data, "start");
    assert.equal(statSync(data).mode & 0o777, 0o700);
    await lock.release();
  });

  it("is free at once when its holder is killed", async () => {
    const data = path.join(home.path, "data");
    const holder = holding(data);
    await once(holder.stdout as NodeJS.ReadableStream, "data");
    await assert.rejects(takeInstanceLock(data, "run"), { code: "LOCKED" });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await (await takeInstanceLock(data, "run")).release();
  });

  it("says what is wrong when its folder is no folder", async () => {
    home.write("data", "a file");
    await assert.rejects(takeInstanceLock(path.join(home.path, "data"), "run"), { code: "LOCK_UNUSABLE", exit: 1 });
  });
});

/** A process that takes the lock, says so, and stays. */
function holding(data: string) {
  const module = new URL("../../src/gateway/instance-lock.ts", import.meta.url).href;
  const script = `const { takeInstanceLock } = await import(${JSON.stringify(module)});
    await takeInstanceLock(${JSON.stringify(data)}, "start"); process.stdout.write("held"); setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
