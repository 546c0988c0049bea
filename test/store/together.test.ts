import assert from "node:assert/strict";
import { askTogether } from "../../src/store/together.ts";
import { onEveryDatabase } from "../support/databases.ts";

onEveryDatabase("Questions that do not need each other's answers", (database) => {
  it("are answered in their order, one at a time on a connection that takes no more", async () => {
    const warned: string[] = [];
    const hear = ({ message }: Error): void => void warned.push(message);
    process.on("warning", hear);
    const numbers = await database().store.write((tx) => {
      const one = (n: number) => async () => Number((await tx.ask("SELECT CAST(:n AS INTEGER) AS n", { n }))[0]?.["n"]);
      return askTogether(tx, one(1), one(2), one(3));
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", hear);
    assert.deepEqual(numbers, [1, 2, 3]);
    assert.deepEqual(warned, []);
  });
});
