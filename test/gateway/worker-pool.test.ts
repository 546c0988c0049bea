import assert from "node:assert/strict";
import { openWorkerPool, type WorkerPool } from "../../src/gateway/worker-pool.ts";
import { CalloffError } from "../../src/values/errors.ts";

type Order = { do: "echo" | "die" | "hang" | "eat" | "throw"; text?: string };

describe("Workers that read partners' files", () => {
  let pool: WorkerPool<Order>;
  const opened = (size: number, secondsPerTask = 30) =>
    openWorkerPool<Order>("../../test/support/unruly-worker", {
      size,
      secondsPerTask,
      memoryMegabytes: 64,
      workerData: undefined,
    });
  afterEach(() => pool.close());

  it("do more tasks than there are workers, each answered with its own result", async () => {
    pool = opened(2);
    const texts = Array.from({ length: 20 }, (_, n) => `task ${n}`);
    assert.deepEqual(await Promise.all(texts.map((text) => pool.run({ do: "echo", text }, text))), texts);
  });

  it("hand on what a task throws, with its code and remedy", async () => {
    pool = opened(1);
    await assert.rejects(pool.run({ do: "throw" }, "a.edi"), {
      code: "NOT_NOW",
      remedy: "Give me something else",
      exit: 4,
    });
  });

  for (const misdeed of ["die", "eat"] as const) {
    it(`that ${misdeed} end nobody but themselves: the task is tried twice and given up, the next one is done`, async () => {
      pool = opened(1);
      const refused = await pool.run({ do: misdeed }, "poison.edi").catch((error: unknown) => error);
      assert.ok(refused instanceof CalloffError);
      assert.equal(refused.code, "READER_DIED");
      assert.equal(refused.place?.file, "poison.edi");
      assert.equal(await pool.run({ do: "echo", text: "still here" }, "b.edi"), "still here");
    });
  }

  it("that loop for ever are stopped after their time", async () => {
    pool = opened(1, 0.3);
    await assert.rejects(pool.run({ do: "hang" }, "loop.edi"), { code: "READER_TIMEOUT" });
  });

  it("tell those who wait that they were stopped, when the gateway stops", async () => {
    pool = opened(1);
    const waiting = [pool.run({ do: "hang" }, "a.edi"), pool.run({ do: "echo" }, "b.edi")];
    const refused = Promise.allSettled(waiting);
    await pool.close();
    for (const outcome of await refused) {
      assert.equal(outcome.status, "rejected");
      assert.equal(outcome.reason.code, "READER_STOPPED");
    }
  });
});
