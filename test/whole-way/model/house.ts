/** The product under the model: a home with its keeper in this process, driven by files and commands, read by plain questions. */
import { utimesSync } from "node:fs";
import { pino } from "pino";
import { inProcessReader } from "../../../src/exchange/set-reading.ts";
import { type CommandName, type Commands, giveCommand } from "../../../src/gateway/commands.ts";
import { type Keeper, openKeeper } from "../../../src/gateway/keeper.ts";
import type { Queryable, Store } from "../../../src/store/store.ts";
import { type Clock, instantOf } from "../../../src/values/clock.ts";
import { plainDate } from "../../../src/values/dates.ts";
import { CalloffError } from "../../../src/values/errors.ts";
import { createPostgres, dropPostgres } from "../../support/databases.ts";
import { freshHome, type TestHome } from "../../support/homes.ts";
import type { Books, Confirmation, Contract, Figures, Rules } from "./words.ts";

/** That the gateway is killed, somewhere: each house makes of the number what it can. */
export interface Crash {
  readonly somewhere: number;
}

/** A house that steps are played in; it is the product, whatever way it is reached. */
export interface House {
  /** The business date from now on. */
  day(date: string): void;
  drop(folder: string, name: string, text: string): void;
  /** Does all that is waiting, perhaps dying on the way and starting again. */
  settle(crash?: Crash): Promise<void>;
  /** Where a crash kills it, in words. */
  killedAt(crash: Crash): string;
  /** Gives a command; says whether it was taken. */
  command<Name extends CommandName>(name: Name, given: Commands[Name]["given"]): Promise<boolean>;
  /** Does all again from archive and audit trail and fails unless it comes to the same. */
  prove?(): Promise<void>;
  ask<T>(question: (from: Queryable) => Promise<T>): Promise<T>;
  readonly path: string;
  remove(): Promise<void>;
}

const weekdays = "{ workingDays: [1, 2, 3, 4, 5] }";

/** The settings of a home by these rules. */
export function layOut(
  home: TestHome,
  rules: Rules,
  database = "sqlite:data/calloff.sqlite",
  partners: readonly string[] = ["acme"],
): void {
  home.write(
    "config/gateway.yaml",
    `version: 1
company: { name: Widget Works, timeZone: UTC, code: WIDGETS, address: { name: Widget Works } }
intake: { quietMilliseconds: 0, scanSeconds: 1 }
database: ${database}
${rules.shipsDaily ? "" : `shipping: ${weekdays}\n`}logLevel: error
`,
  );
  for (const code of partners) home.write(`config/partners/${code}.yaml`, partnerYaml(code, rules));
  const tolerance = rules.strict ? "{}" : "any";
  home.write(
    "config/policies/standard.yaml",
    `version: 1
first: ${rules.first}
zones: [{ name: all, increase: ${tolerance}, decrease: ${tolerance} }]
changes: ${rules.changes}
`,
  );
}

const partnerYaml = (code: string, rules: Rules): string => `version: 1
name: Acme Assembly Corp.
theirs: [{ qualifier: ZZ, id: ${code.toUpperCase()} }]
ours: [{ qualifier: ZZ, id: WIDGETS }]
orders:
  transitDays: ${rules.transitDays}
  leadDays: ${rules.leadDays}
${rules.receivesDaily ? "" : `  receiving: ${weekdays}\n`}  grouping: ${rules.grouping}
  shortIs: ${rules.shortIs}
  invoice: ${rules.invoice}
shipTos: { PLANT1: { name: Plant 1 }, PLANT2: { name: Plant 2 } }
`;

class Killed extends Error {}

/** Leaves files in the inbox, each a second younger than the one before: they are taken in that order. */
export function dropper(home: TestHome): House["drop"] {
  let arrivals = 0;
  return (folder, name, text) => {
    const file = home.write(`inbox/${folder}/${name}`, text);
    arrivals += 1;
    utimesSync(file, arrivals, arrivals);
  };
}

/** A fresh home on that kind of database with its keeper in this process. */
export async function openHouse(
  rules: Rules,
  today: string,
  kind = "sqlite",
  partners: readonly string[] = ["acme"],
): Promise<House> {
  const home = freshHome(today);
  const server = kind === "postgres" ? await createPostgres(process.env["CALLOFF_TEST_TEMPLATE_POSTGRES"]) : undefined;
  layOut(home, rules, server?.url, partners);
  let date = today;
  const clock: Clock = { businessDate: () => plainDate(date), instant: () => instantOf(`${date}T06:00:00Z`) };
  const log = pino({ level: "silent" });
  const opened = async (): Promise<Keeper> => {
    const keeper = await openKeeper(home.path, { command: "run", clock, log });
    // A worker thread for each house would cost more than all that it does.
    Object.assign(keeper.exchange, { reader: inProcessReader(keeper.config.mappings) });
    return keeper;
  };
  let keeper = await opened();
  return {
    path: home.path,
    day: (next) => {
      date = next;
    },
    drop: dropper(home),
    settle: async (crash) => {
      if (crash !== undefined) {
        killAt(keeper.store, crash);
        await keeper.settle().catch(() => {});
        await keeper.stop();
        keeper = await opened();
      }
      await keeper.settle();
    },
    command: async (name, given) => {
      try {
        await giveCommand(keeper, "planner", name, "model", given);
        return true;
      } catch (thrown) {
        if (thrown instanceof CalloffError) return false;
        throw thrown;
      }
    },
    killedAt: (crash) => {
      const { at, when } = transactionOf(crash);
      return `${when} its transaction ${at + 1}`;
    },
    ask: (question) => question(keeper.store),
    remove: async () => {
      await keeper.stop();
      if (server !== undefined) await dropPostgres(server.name);
      home.remove();
    },
  };
}

const transactionOf = ({ somewhere }: Crash) =>
  ({ at: Math.floor(somewhere / 2) % 12, when: somewhere % 2 === 0 ? "before" : "after" }) as const;

/** From its n-th transaction on the store answers nothing any more, as after `kill -9`. */
function killAt(store: Store, crash: Crash): void {
  const { at, when } = transactionOf(crash);
  const [write, ask] = [store.write.bind(store), store.ask.bind(store)];
  let left = at;
  const dead = (): boolean => left < 0;
  Object.assign(store, {
    write: async (work: Parameters<Store["write"]>[0]) => {
      left -= 1;
      if (dead() && (left < -1 || when === "before")) throw new Killed("killed");
      const result = await write(work);
      if (dead()) throw new Killed("killed");
      return result;
    },
    ask: async (...question: Parameters<Store["ask"]>) => {
      if (dead()) throw new Killed("killed");
      return ask(...question);
    },
  });
}

/** The blanket order as the ERP hands it over. */
export const blanketOrderText = (contracts: readonly Contract[], expiresOn: string, partner = "acme"): string =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    partner,
    customerNumber: "PO-1",
    currency: "USD",
    ...(expiresOn === "" ? {} : { expiresOn }),
    lines: contracts.map(({ line, part, shipTo, quantity, pack }) => ({
      line,
      item: part,
      customerPart: part,
      shipTo,
      quantity: String(quantity),
      price: "2.5",
      ...(pack > 0n ? { pack: String(pack) } : {}),
    })),
  });

export const confirmationText = ({ confirmation, note, lines }: Confirmation): string =>
  JSON.stringify({
    schema: "calloff/shipment-confirmation/1",
    confirmation,
    note,
    lines: lines.map(({ order, line, quantity, closeShort }) => ({
      orderLine: `${order}/${line}`,
      quantity: String(quantity),
      ...(closeShort ? { closeShort } : {}),
    })),
  });

const WHOLE = 1_000_000n;

const text = (held: unknown): string => (typeof held === "string" || typeof held === "number" ? String(held) : "");

/** Whole pieces of a figure in millionths. */
function pieces(figure: unknown): bigint {
  const millionths = BigInt(text(figure));
  if (millionths % WHOLE !== 0n) throw new Error(`${millionths} millionths are no whole pieces`);
  return millionths / WHOLE;
}

type Row = Record<string, unknown>;

const SUMS = `CAST(COALESCE(SUM(CASE WHEN l.kind = 'released' THEN l.quantity END), 0) AS TEXT) AS ordered,
  CAST(COALESCE(SUM(CASE WHEN l.kind = 'shipped' THEN l.quantity END), 0) AS TEXT) AS shipped,
  CAST(COALESCE(SUM(CASE WHEN l.kind IN ('withheld', 'lifted') THEN l.quantity END), 0) AS TEXT) AS withheld,
  CAST(COALESCE(SUM(CASE WHEN l.kind = 'corrected' THEN l.quantity END), 0) AS TEXT) AS corrected,
  CAST(COALESCE(SUM(CASE WHEN l.kind = 'invoiced' THEN l.quantity END), 0) AS TEXT) AS invoiced`;

const figuresOf = (row: Row): Figures => ({
  ordered: pieces(row["ordered"]),
  shipped: pieces(row["shipped"]),
  withheld: pieces(row["withheld"]),
});

/** An older release and a repeated one are told apart only where their item is known: neither has an effect. */
function stateOf(row: Row): string {
  const state = text(row["state"]);
  return state === "older" || state === "repeated" ? "without effect" : state;
}

/** The product's books, read by sums of the ledger and plain rows. */
export async function booksOf(from: Queryable): Promise<Books> {
  const [agreement] = await from.ask("SELECT state, expires_on FROM agreement WHERE number = 'BA-000001'");
  const contracts = await from.ask(
    `SELECT a.line_no, CAST(a.quantity AS TEXT) AS contract, ${SUMS}
     FROM agreement_line a LEFT JOIN ledger l ON l.line_id = a.id AND l.moves <> 'cumulative'
     GROUP BY a.id, a.line_no, a.quantity ORDER BY a.line_no`,
  );
  const accounts = await from.ask(
    `SELECT a.customer_part AS part, a.ship_to, ${SUMS},
       (SELECT CAST(s.cumulative AS TEXT) FROM statement s WHERE s.account_id = a.id AND s.kind <> 'note' ORDER BY s.id DESC LIMIT 1) AS received
     FROM account a LEFT JOIN ledger l ON l.account_id = a.id AND l.moves <> 'contract' AND l.start = a.current_start
     GROUP BY a.id, a.customer_part, a.ship_to ORDER BY a.id`,
  );
  const orders = await from.ask("SELECT id, number, ship_to, scheduled_on, state FROM child_order ORDER BY id");
  const lines = await from.ask(
    `SELECT c.order_id, c.line_no, c.state, a.customer_part AS part, ${SUMS}
     FROM child_line c JOIN account a ON a.id = c.account_id LEFT JOIN ledger l ON l.child_line_id = c.id
     GROUP BY c.id, c.order_id, c.line_no, c.state, a.customer_part ORDER BY c.id`,
  );
  const schedules = await from.ask(
    `SELECT f.name, r.document_line, r.state FROM revision r JOIN message m ON m.id = r.message_id
     JOIN interchange i ON i.id = m.interchange_id JOIN file f ON f.id = i.file_id ORDER BY r.id`,
  );
  const files = await from.ask("SELECT name, state FROM file ORDER BY id");
  return {
    blanketOrder: { state: text(agreement?.["state"]), expiresOn: text(agreement?.["expires_on"]) },
    contracts: Object.fromEntries(
      contracts.map((row) => [
        row["line_no"],
        { contract: pieces(row["contract"]), ...figuresOf(row), invoiced: pieces(row["invoiced"]) },
      ]),
    ),
    accounts: Object.fromEntries(
      accounts.map((row) => [
        `${text(row["part"])}/${text(row["ship_to"])}`,
        {
          ...figuresOf(row),
          received: row["received"] === null ? undefined : pieces(row["received"]),
          beyond: pieces(row["corrected"]),
        },
      ]),
    ),
    orders: Object.fromEntries(
      orders.map((order) => [
        order["number"],
        {
          shipTo: text(order["ship_to"]),
          scheduledOn: text(order["scheduled_on"]),
          cancelled: order["state"] === "cancelled",
          lines: Object.fromEntries(
            lines
              .filter((line) => line["order_id"] === order["id"])
              .map((line) => [
                line["line_no"],
                { part: text(line["part"]), ...figuresOf(line), state: text(line["state"]) },
              ]),
          ),
        },
      ]),
    ),
    schedules: Object.fromEntries(
      schedules.map((row) => [`${text(row["name"])}/${text(row["document_line"])}`, stateOf(row)]),
    ),
    files: Object.fromEntries(files.map((row) => [text(row["name"]), text(row["state"])])),
  };
}

/** Each schedule's row id by its name, for commands. */
export async function scheduleIds(from: Queryable): Promise<Map<string, number>> {
  const rows = await from.ask(
    `SELECT f.name, r.document_line, r.id FROM revision r JOIN message m ON m.id = r.message_id
     JOIN interchange i ON i.id = m.interchange_id JOIN file f ON f.id = i.file_id`,
  );
  return new Map(rows.map((row) => [`${text(row["name"])}/${text(row["document_line"])}`, Number(row["id"])]));
}
