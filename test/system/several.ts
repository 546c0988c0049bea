/** Homes on PostgreSQL that several gateways keep, with customers enough to share the work. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { type Daemon, type Event, startDaemon } from "../support/program.ts";
import { nextForecast, type SystemHome, systemHome } from "./homes.ts";
import { inStore } from "./oracle.ts";

export const DAY = "2027-03-01";

/** A text of the sample customer's as another customer would send it. */
export const asOf = (code: string, text: string): string =>
  text
    .replaceAll("ACME".padEnd(15), code.toUpperCase().padEnd(15))
    .replaceAll("*ACME*", `*${code.toUpperCase()}*`)
    .replaceAll("id: ACME ", `id: ${code.toUpperCase()} `);

/** Customers beside the sample's, each with its own identity and mailbox. */
export const customers = (count: number): string[] => Array.from({ length: count }, (_, n) => `cust${n + 1}`);

/** A home with these customers, each with a blanket order. */
export async function homeOf(codes: readonly string[]): Promise<SystemHome> {
  const home = await systemHome("postgres");
  const partner = readFileSync(path.join(home.path, "config/partners/acme.yaml"), "utf8");
  for (const code of codes) writeFileSync(path.join(home.path, `config/partners/${code}.yaml`), asOf(code, partner));
  const blanket = JSON.parse(home.sample("blanket-order.json")) as Record<string, unknown>;
  home.drop("erp", "blankets.json", JSON.stringify(codes.map((code) => ({ ...blanket, partner: code }))));
  await home.on(DAY, ["run"]);
  return home;
}

/** A customer's forecast that changes the one before it; nothing of it is due yet, so that no release comes between two. */
export const forecastOf = (home: SystemHome, code: string, n: number): string =>
  asOf(code, nextForecast(home, n, String(2000 + 10 * n)))
    .replace("FST*2000*C*D*20270301~\n", "")
    .replace("SE*13*", "SE*12*");

/** Drops so many forecasts of each customer; gives how many files that were. */
export function dropForecasts(home: SystemHome, codes: readonly string[], each: number): number {
  for (let n = 1; n <= each; n += 1) {
    for (const code of codes) {
      home.drop(code, `forecast-${n}.edi`, forecastOf(home, code, n));
    }
  }
  return codes.length * each;
}

/** A gateway of a home, and all it has told when it has ended. */
export interface Running extends Daemon {
  told(): Promise<Event[]>;
}

export function startGateway(
  home: Pick<SystemHome, "path">,
  env: Readonly<Record<string, string>> = {},
  day = DAY,
): Running {
  const daemon = startDaemon(["--home", home.path, "--business-date", day], {
    env: { CALLOFF_NOW: `${day}T06:00:00Z`, ...env },
  });
  return {
    ...daemon,
    told: async () =>
      (await daemon.ended).stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .flatMap((line) => {
          const event = JSON.parse(line) as Partial<Event>;
          return typeof event.event === "string" ? [{ ...event, event: event.event }] : [];
        }),
  };
}

/** Looks again and again until it holds; says what did not when it has taken too long. */
export async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** One figure out of a home's database. */
export async function figure(home: SystemHome, sql: string): Promise<number> {
  return inStore(home, async (store) => Number(Object.values((await store.ask(sql))[0] ?? {})[0]));
}

/** Until so many files of the inbox are done with, and everything that was to be written is. */
export async function allDone(home: SystemHome, files: number, seconds = 60): Promise<void> {
  const open = `(SELECT COUNT(*) FROM file WHERE state = 'registered')
    + (SELECT COUNT(*) FROM outbound_document WHERE state = 'waiting')
    + (SELECT COUNT(*) FROM outbox_file WHERE state IN ('rendered', 'staged'))`;
  await inStore(home, (store) =>
    until(
      `${files} files are done with`,
      async () => {
        const [row] = await store.ask(`SELECT (SELECT COUNT(*) FROM file) AS files, ${open} AS open`);
        return Number(row?.["files"]) === files && Number(row?.["open"]) === 0;
      },
      seconds,
    ),
  );
}

/** Ends the sessions by which gateways are known to live, as the server does with one that keeps silent. */
export function endSessions(url: string, gateway: number): Promise<void> {
  return administered(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 4180920 AND objid = ${gateway} AND granted`,
  );
}

/** Numbers of the gateways that live. */
export async function livingGateways(home: SystemHome): Promise<number[]> {
  return inStore(home, async (store) =>
    (
      await store.ask(
        `SELECT CAST(objid AS INTEGER) AS number FROM pg_locks
         WHERE locktype = 'advisory' AND classid = 4180920 AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1`,
      )
    ).map((row) => Number(row["number"])),
  );
}

export const urlOf = (home: Pick<SystemHome, "path">): string =>
  String(/^database: (.*)$/m.exec(readFileSync(path.join(home.path, "config/gateway.yaml"), "utf8"))?.[1]);

export async function administered(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
