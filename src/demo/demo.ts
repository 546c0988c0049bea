/** `calloff demo`: a home made on the spot, five customers and an ERP that play through files, the whole chain in a minute. */
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { giveCommand } from "../gateway/commands.ts";
import { type Keeper, openKeeper } from "../gateway/keeper.ts";
import { openLog } from "../gateway/log.ts";
import { heldRevisions } from "../orders/views.ts";
import { catalogueOf } from "../syntax/catalogue.ts";
import { memorySource } from "../syntax/sources.ts";
import { type Clock, type Instant, instantOf } from "../values/clock.ts";
import type { PlainDate } from "../values/dates.ts";
import { CalloffError, coerceError, EXIT } from "../values/errors.ts";
import { shellWord } from "../values/shell.ts";
import { ACME, NEXT } from "./acme-and-bolt.ts";
import type { SimulatedErp } from "./erp.ts";
import { layDemoHome } from "./home.ts";
import type { Stage } from "./stage.ts";
import { playStory } from "./story.ts";

export interface DemoOptions {
  /** Where the home is made; a new folder under the system's temporary folder unless given. */
  readonly home?: string;
  /** Play it through and end, instead of keeping the home afterwards. */
  readonly once: boolean;
  /** An 830 to play as ACME's first schedule instead of the demo's own. */
  readonly schedule?: string;
  readonly say: (line: string) => Promise<void> | void;
}

const PLANNER = "planner";

/**
 * Plays the demo; without `once` it returns only at a signal.
 * @throws CalloffError DEMO_HOME_IN_USE when the folder has something in it
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const home = path.resolve(options.home ?? (await mkdtemp(path.join(os.tmpdir(), "calloff-demo-"))));
  const forecast = options.schedule === undefined ? undefined : await scheduleOf(options.schedule);
  await layDemoHome(home);
  const time = storyTime();
  const keeper = await openKeeper(home, { command: "demo", clock: time.clock, log: openLog("warn") });
  try {
    await options.say(`The demo's home is ${home}`);
    const erp = await playStory(stageOf(home, keeper, time, forecast, options.say));
    await options.say(await whatIsThere(home));
    if (!options.once) await keepOn(keeper, erp, options.say);
  } finally {
    await keeper.stop();
  }
}

/** An 830 of ACME's as the story plays it. @throws CalloffError FILE_UNREADABLE, DEMO_SCHEDULE */
async function scheduleOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CalloffError("FILE_UNREADABLE", "The schedule cannot be read", {
      place: { file },
      expected: "a file that this user may read",
      found: coerceError(cause).message,
      remedy: "Correct the path or the file's mode",
      exit: EXIT.notFound,
      cause,
    });
  });
  const { interchanges } = catalogueOf(memorySource(file, bytes));
  const [first] = interchanges;
  const sets = interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets));
  if (first?.sender.id.trim() === ACME.sender && sets.length > 0 && sets.every(({ type }) => type === "830")) {
    return bytes.toString("latin1");
  }
  throw new CalloffError("DEMO_SCHEDULE", "This is no schedule of ACME's", {
    place: { file },
    expected: `an X12 830 sent by ${ACME.sender}`,
    found:
      first === undefined
        ? "no interchange"
        : `${sets.map(({ type }) => type).join(", ")} sent by ${first.sender.id.trim()}`,
    remedy: "Change a copy of try/acme-830.edi, which an earlier demo has left in its home",
    exit: EXIT.badFile,
  });
}

/** The story's own time: it moves on a day when the story says so, and a second whenever somebody looks. */
interface StoryTime {
  readonly clock: Clock;
  turnTo(date: PlainDate): void;
}

function storyTime(): StoryTime {
  let today = "2027-02-01" as PlainDate;
  let seconds = 0;
  return {
    clock: {
      businessDate: () => today,
      instant: (): Instant => {
        seconds += 1;
        return instantOf(new Date(Date.parse(`${today}T05:00:00Z`) + seconds * 1000).toISOString());
      },
    },
    turnTo: (date) => {
      today = date;
      seconds = 0;
    },
  };
}

function stageOf(
  home: string,
  keeper: Keeper,
  time: StoryTime,
  forecast: string | undefined,
  say: DemoOptions["say"],
): Stage {
  return {
    home,
    forecast,
    turnTo: (date) => time.turnTo(date),
    work: () => keeper.settle(),
    say: (line) => void say(line),
    accept: async (reason) => {
      const held = await heldRevisions(keeper.store, {});
      if (held.length === 0) return [];
      await giveCommand(keeper, PLANNER, "schedule accept", held.map(({ id }) => String(id)).join(" "), {
        ids: held.map(({ id }) => id),
        reason,
      });
      return held.map((revision) => `${revision.customerPart} for ${revision.shipTo}: ${revision.sentence}`);
    },
  };
}

async function whatIsThere(home: string): Promise<string> {
  const lines = ["", "In the outbox:"];
  for (const folder of (await readdir(path.join(home, "outbox"))).toSorted()) {
    for (const name of (await readdir(path.join(home, "outbox", folder))).toSorted())
      lines.push(`  outbox/${folder}/${name}`);
  }
  const where = `--home ${shellWord(home)}`;
  lines.push(
    "",
    "To look at, and to try:",
    `  npx calloff blanket show BA-000001 ${where}`,
    `  npx calloff schedule list ${where}`,
    `  npx calloff why IN-000001/10 ${where}`,
    `  npx calloff ledger ${where}`,
    `  npx calloff prove ${where}`,
  );
  return lines.join("\n");
}

/** Keeps the home as `calloff start` does; the ERP goes on confirming what it finds. The business date stands. */
async function keepOn(keeper: Keeper, erp: SimulatedErp, say: DemoOptions["say"]): Promise<void> {
  const { home } = keeper.config;
  const [latest] = await keeper.store.ask("SELECT MAX(id) AS id FROM revision");
  await say(
    [
      "",
      `The gateway keeps running on ${keeper.clock.businessDate()}; end it with Ctrl-C. In another terminal:`,
      `  cp ${shellWord(path.join(home, NEXT))} ${shellWord(path.join(home, "inbox", "acme"))}   # ACME's next 830; change an FST first, if you like`,
      `  npx calloff schedule list --held --home ${shellWord(home)}`,
      `  npx calloff schedule accept ${Number(latest?.["id"]) + 1} --home ${shellWord(home)}`,
    ].join("\n"),
  );
  const confirming = setInterval(() => void erp.ship(keeper.clock.businessDate()), 1000);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await keeper.start();
  await ended;
  clearInterval(confirming);
}
