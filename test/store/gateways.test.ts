/** Gateways on one PostgreSQL database, as they see each other. */
import assert from "node:assert/strict";
import pg from "pg";
import { type Gateways, isGone, joinGateways, tellGateways } from "../../src/store/gateways.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { databases, freshDatabase, type TestDatabase } from "../support/databases.ts";

if (databases.includes("postgres")) {
  describe("Gateways on one database [postgres]", () => {
    let database: TestDatabase;
    let joined: Gateways[] = [];
    beforeEach(async () => {
      database = await freshDatabase("postgres");
    });
    afterEach(async () => {
      for (const gateway of joined) await gateway.close();
      joined = [];
      await database.drop();
    });

    async function join(): Promise<Gateways> {
      const gateway = await joinGateways(database.store, { url: database.url, home: "a home", command: "test" });
      joined.push(gateway);
      return gateway;
    }

    /** Ends a gateway's session as the server does with one that keeps silent. */
    async function silence(number: number): Promise<void> {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4180920 AND objid = $1",
        [number],
      );
      await client.end();
    }

    const isDead = async (number: number): Promise<boolean> => {
      const [row] = await database.store.ask(`SELECT ${isGone(":number")} AS gone`, { number });
      return row?.["gone"] === true;
    };

    it("are in a lane one at a time, and let others into every other lane", async () => {
      const [one, other] = [await join(), await join()];
      const lane = await one.enter("files acme");
      assert.ok(lane !== undefined);
      assert.equal(await other.enter("files acme"), undefined);
      assert.equal(await one.enter("files acme"), undefined, "nor may another step of the same one");
      assert.ok((await other.enter("files blue")) !== undefined);
      await lane.leave();
      assert.ok((await other.enter("files acme")) !== undefined);
    });

    it("wait their turn for a lane that has to be entered, until they stop", async () => {
      const [one, other] = [await join(), await join()];
      const lane = await one.enter("arrivals erp");
      const turn = other.enterInTurn("arrivals erp");
      await lane?.leave();
      assert.equal((await turn).holds(), true);
      const never = one.enterInTurn("arrivals erp");
      one.refuse();
      await assert.rejects(never, (error) => error instanceof CalloffError && error.code === "GATEWAY_STOPPED");
    });

    it("have numbers that none had before, and are gone when their session is", async () => {
      const [one, other] = [await join(), await join()];
      const [first, second] = [await one.number(), await other.number()];
      assert.ok(second > first);
      assert.deepEqual([await isDead(first), await isDead(second)], [false, false]);
      const lane = await one.enter("files acme");
      await silence(first);
      assert.equal(await isDead(first), true);
      const taken = await other.enter("files acme");
      assert.equal(taken?.holds(), true, "the lane is free");
      const third = await one.number();
      assert.ok(third > second, "it comes back under another number");
      assert.equal(lane?.holds(), false);
      await lane?.leave();
      assert.equal(await one.enter("files acme"), undefined, "leaving what it had lost takes nothing from the other");
    });

    it("hear when another one, or a command, has something for them", async () => {
      const [one, other] = [await join(), await join()];
      const heard = new Promise<void>((resolve) => one.onTold(resolve));
      await other.tell();
      await heard;
      const again = new Promise<void>((resolve) => other.onTold(resolve));
      await tellGateways(database.store);
      await again;
    });

    it("hear when one of them is no more", async () => {
      const [other, one] = [await join(), await join()];
      const number = await other.number();
      const heard = new Promise<void>((resolve) => one.onTold(resolve));
      await silence(number);
      await heard;
    }).timeout(10_000);
  });
}
