/** A home with any customers, lived through by files and the clock, its keeper in this process. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, utimesSync } from "node:fs";
import path from "node:path";
import { pino } from "pino";
import { type AccountStatement, accountStatements } from "../../src/answers/statement.ts";
import { inProcessReader } from "../../src/exchange/set-reading.ts";
import { type Keeper, openKeeper } from "../../src/gateway/keeper.ts";
import { proveHome } from "../../src/gateway/prove.ts";
import { select } from "../../src/store/rows.ts";
import { account, file } from "../../src/store/tables.ts";
import { type Clock, instantOf } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { freshHome } from "../support/homes.ts";

export interface House {
  readonly path: string;
  readonly keeper: Keeper;
  /** Leaves a file in a folder of the inbox. */
  drop(folder: string, name: string, content: string | Uint8Array): void;
  /** Turns to that day and does all that is waiting. */
  live(date: string): Promise<void>;
  /** Confirms what left, by order line, and does all that is waiting. */
  ship(date: string, note: string, lines: Readonly<Record<string, string>>): Promise<void>;
  /** `SO-000001 2027-06-01 for PLANT1: 100 by 2027-06-01, …`, each order in a line. */
  orders(): Promise<string[]>;
  /** The revisions that came, `forecast 17 4711/PLANT1: accepted`, with the causes of those held. */
  schedules(): Promise<string[]>;
  /** State of every file that came, by name, with why where it was not applied. */
  files(): Promise<Record<string, string>>;
  statement(identity: string, date: string): Promise<AccountStatement | undefined>;
  /** Files of a folder of the outbox, by name. */
  outbox(folder: string): Record<string, string>;
  /** Ends the keeper and does all again from archive and audit trail; fails unless it comes to the same. */
  prove(): Promise<void>;
  close(): Promise<void>;
}

export interface Customer {
  /** Beside name, theirs and ours. */
  readonly settings?: string;
  readonly theirs?: string;
}

/** A home whose policy takes all as it comes unless told otherwise. */
export async function openHouse(
  today: string,
  customers: Readonly<Record<string, Customer>>,
  policy = "first: accept\nzones: [{ name: all, increase: any, decrease: any }]\n",
): Promise<House> {
  const home = freshHome(today);
  home.write(
    "config/gateway.yaml",
    `version: 1
company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }
intake: { quietMilliseconds: 0, scanSeconds: 1 }
logLevel: error
`,
  );
  home.write("config/policies/standard.yaml", `version: 1\n${policy}`);
  for (const [code, { settings = "", theirs = `[{ qualifier: ZZ, id: ${code.toUpperCase()} }]` }] of Object.entries(
    customers,
  )) {
    home.write(
      `config/partners/${code}.yaml`,
      `version: 1\nname: ${code}\ntheirs: ${theirs}\nours: [{ qualifier: ZZ, id: WIDGETS }]\n${settings}`,
    );
  }
  let date = today;
  let arrivals = 0;
  const clock: Clock = { businessDate: () => plainDate(date), instant: () => instantOf(`${date}T06:00:00Z`) };
  const keeper = await openKeeper(home.path, { command: "run", clock, log: pino({ level: "silent" }) });
  Object.assign(keeper.exchange, { reader: inProcessReader(keeper.config.mappings) });
  const { store } = keeper;
  let stopped: Promise<unknown> | undefined;
  const stop = () => (stopped ??= keeper.stop());
  const house: House = {
    path: home.path,
    keeper,
    drop: (folder, name, content) => {
      const dropped = home.write(`inbox/${folder}/${name}`, content);
      // Each younger than the one before it: they are taken in that order.
      arrivals += 1;
      utimesSync(dropped, arrivals, arrivals);
    },
    live: async (next) => {
      date = next;
      await keeper.settle();
    },
    ship: async (on, note, lines) => {
      house.drop(
        "erp",
        `shipped-${note}-${Object.keys(lines).join().replaceAll("/", "-")}.json`,
        JSON.stringify({
          schema: "calloff/shipment-confirmation/1",
          confirmation: `WMS-${note}-${Object.keys(lines).join()}`,
          note,
          lines: Object.entries(lines).map(([orderLine, quantity]) => ({ orderLine, quantity })),
        }),
      );
      await house.live(on);
    },
    orders: async () => {
      const rows = await store.ask(
        `SELECT o.number, o.partner, o.scheduled_on, o.ship_to, o.state, a.customer_part AS part, c.state AS line_state,
           CAST(SUM(l.quantity) / 1000000 AS INTEGER) AS quantity
         FROM child_line c JOIN child_order o ON o.id = c.order_id JOIN account a ON a.id = c.account_id
         JOIN ledger l ON l.child_line_id = c.id AND l.kind = 'released'
         GROUP BY o.number, o.partner, o.scheduled_on, o.ship_to, o.state, a.customer_part, c.id, c.state ORDER BY c.id`,
      );
      return rows.map(
        ({ number, scheduled_on, ship_to, part, quantity, line_state }) =>
          `${String(number)} ${String(scheduled_on)} ${String(part)}/${String(ship_to)} ${String(quantity)}${line_state === "cancelled" ? " cancelled" : ""}`,
      );
    },
    schedules: async () => {
      const rows = await store.ask(
        "SELECT layer, release_no, customer_part, ship_to, state, cause FROM revision ORDER BY id",
      );
      return rows.map(
        ({ layer, release_no, customer_part, ship_to, state, cause }) =>
          `${String(layer)} ${String(release_no)} ${String(customer_part)}/${String(ship_to)}: ${String(state)}${cause === "" ? "" : `, ${String(cause)}`}`,
      );
    },
    files: async () => {
      const rows = await select(store, file, "ORDER BY id");
      return Object.fromEntries(
        rows.map(({ folder, name, state, cause }) => [
          `${folder}/${name}`,
          cause === "" ? state : `${state}: ${cause}`,
        ]),
      );
    },
    statement: async (identity, on) => {
      const rows = await select(store, account, "WHERE identity = :identity", { identity });
      const [one] = await accountStatements(store, keeper.config.partners, rows, plainDate(on));
      return one;
    },
    outbox: (folder) => {
      const dir = path.join(home.path, "outbox", folder);
      const names = readdirSync(path.join(home.path, "outbox")).includes(folder) ? readdirSync(dir).toSorted() : [];
      return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(dir, name), "latin1")]));
    },
    prove: async () => {
      await stop();
      const proof = await proveHome(home.path);
      assert.deepEqual([proof.files.missing, proof.files.different, proof.files.extra], [[], [], []]);
      assert.equal(proof.fingerprint.again, proof.fingerprint.before);
      assert.ok(proof.proven);
    },
    close: async () => {
      await stop();
      home.remove();
    },
  };
  return house;
}
