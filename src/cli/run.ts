import type { Command } from "commander";
import { causeInWords } from "../answers/file-causes.ts";
import type { GatewayEvent } from "../gateway/events.ts";
import { EXIT, type Exit } from "../values/errors.ts";
import { answers } from "./frame.ts";
import { settingsOf } from "./home.ts";
import { counted, oneLine, tableInWords } from "./words.ts";

interface Ran {
  readonly businessDate: string;
  readonly files: { file: string; partner: string; name: string; state: string; cause: string }[];
  readonly orders: { number: string; blanketOrder: string; partner: string; scheduledOn: string }[];
  readonly written: { receiver: string; name: string }[];
  /** Files in the inbox whose end has not come. */
  waiting: { file: string; reason: string; since: string }[];
  /** What needs a person: held documents and interchanges, files whose fate is uncertain, files left lying. */
  readonly attention: string[];
  /** Schedules that wait for a planner. */
  held: number;
  /** What stands in the way still: a full disk, a folder that is not mounted. */
  faults: { place: string; code: string; what: string; remedy: string }[];
}

export function declareRun(command: Command): void {
  answers(command, async (invocation) => {
    const { config, clock } = settingsOf(invocation);
    const ran: Ran = {
      businessDate: clock.businessDate(),
      files: [],
      orders: [],
      written: [],
      waiting: [],
      attention: [],
      held: 0,
      faults: [],
    };
    const { openKeeper } = await import("../gateway/keeper.ts");
    const keeper = await openKeeper(config.home, { command: "run", clock, onEvent: (event) => note(ran, event) });
    try {
      await keeper.settle();
      const [row] = await keeper.store.ask("SELECT COUNT(*) AS held FROM revision WHERE state = 'held'");
      ran.held = Number(row?.["held"]);
      const standing = keeper.exchange.faults.standing();
      ran.faults = standing.map(({ place, code, what, remedy }) => ({ place, code, what, remedy }));
    } finally {
      await keeper.stop();
    }
    return { document: ran, words: ranInWords(ran), exit: exitOf(ran) };
  });
}

const GOOD = new Set(["applied", "duplicate"]);
const isBad = ({ state }: Ran["files"][number]): boolean => !GOOD.has(state);

/** Remembers what is worth telling when all is done. */
function note(ran: Ran, event: GatewayEvent): void {
  switch (event.event) {
    case "file.applied":
      ran.files.push({ ...fileOf(event), state: event.state, cause: event.cause });
      break;
    case "file.duplicate":
      ran.files.push({ ...fileOf(event), state: "duplicate", cause: event.cause });
      break;
    case "file.quarantined":
      // A file of the ERP whose every record was refused is told twice: applied to its end, and kept beside the reasons.
      if (!ran.files.some(({ file }) => file === `file:${event.claim}`)) {
        ran.files.push({ ...fileOf(event), state: "quarantined", cause: event.cause });
      }
      break;
    case "interchange.held":
      ran.files.push({ ...fileOf(event), state: "held", cause: `control number ${event.control} was used before` });
      break;
    case "order.released": {
      const { number, blanketOrder, partner, scheduledOn } = event;
      ran.orders.push({ number, blanketOrder, partner, scheduledOn });
      break;
    }
    case "outbox.written":
      ran.written.push({ receiver: event.receiver, name: event.name });
      break;
    case "document.held":
      ran.attention.push(`${event.kind} ${event.number} for ${event.receiver} is held: ${event.finding}`);
      break;
    case "outbox.uncertain":
    case "outbox.waiting":
      ran.attention.push(`${event.name} for ${event.receiver}: ${event.reason}`);
      break;
    case "file.incomplete":
      noLongerWaiting(ran, event);
      ran.waiting.push({ file: inboxName(event), reason: "incomplete", since: event.since });
      break;
    case "file.claimed":
      noLongerWaiting(ran, event);
      break;
    case "file.refused":
      ran.attention.push(`${event.folder}/${event.name} is left where it lies: ${event.reason}`);
      break;
    case "file.waiting":
      ran.attention.push(`${event.folder}/${event.name} waits: ${event.reason}`);
      break;
    case "file.grown":
      ran.attention.push(`${event.folder}/${event.name} was written to after it was taken; now also ${event.again}`);
      break;
    case "interchange.gap":
      ran.attention.push(`${event.partner} left out control number ${event.missing} before ${event.control}`);
      break;
    case "acknowledgement.alarm":
      ran.attention.push(`${event.partner} answers: ${event.reason}`);
      break;
    case "acknowledgement.overdue":
      ran.attention.push(`${event.receiver} has not acknowledged ${event.name}, written ${event.writtenAt}`);
      break;
    case "ready":
    case "idle":
    case "stopped":
    case "step.failed":
    case "file.registered":
    case "outbox.rendered":
    case "fault.began":
    case "fault.ended":
      break;
    case "folder.replaced":
      ran.attention.push(`${event.place} was replaced by another folder`);
      break;
  }
}

/** A fault that stands is for whoever looks after the machine, a bad file for whoever looks after the partner. */
function exitOf(ran: Ran): Exit {
  if (ran.files.some(isBad)) return EXIT.badFile;
  return ran.faults.length > 0 ? EXIT.refused : EXIT.done;
}

const inboxName = ({ folder, name }: { folder: string; name: string }): string => `inbox/${folder}/${name}`;

function noLongerWaiting(ran: Ran, event: { folder: string; name: string }): void {
  ran.waiting = ran.waiting.filter(({ file }) => file !== inboxName(event));
}

const fileOf = (event: { claim: string; partner: string; name: string }) => ({
  file: `file:${event.claim}`,
  partner: event.partner,
  name: event.name,
});

function ranInWords(ran: Ran): string {
  const nothing = ran.files.length + ran.orders.length + ran.written.length + ran.waiting.length === 0;
  return [
    `Business date ${ran.businessDate}.\n`,
    nothing ? "Nothing was waiting.\n" : "",
    ran.files.length === 0
      ? ""
      : tableInWords(
          ["FILE", "PARTNER", "NAME", "STATE", "WHY"],
          ran.files.map((file) => [file.file, file.partner, file.name, file.state, causeInWords(file.cause)]),
          "",
        ),
    ran.orders.length === 0 ? "" : `Released: ${ran.orders.map(({ number }) => number).join(", ")}.\n`,
    ran.written.length === 0
      ? ""
      : `Written: ${ran.written.map(({ receiver, name }) => `outbox/${receiver}/${name}`).join(", ")}.\n`,
    waitingInWords(ran.waiting),
    ...ran.attention.map((line) => `! ${oneLine(line)}\n`),
    ...ran.faults.map(({ code, what, remedy }) => `! ${oneLine(`${what} (${code})`)}\n  do: ${oneLine(remedy)}\n`),
    ran.held === 0 ? "" : `${counted(ran.held, "schedule")} held for a planner: see calloff schedule list --held.\n`,
    ran.files.some(isBad) ? "See calloff file show for what is wrong.\n" : "",
  ].join("");
}

function waitingInWords(waiting: Ran["waiting"]): string {
  if (waiting.length === 0) return "";
  const files = waiting.map(({ file, reason, since }) => `${file} is ${reason} since ${since}`);
  return `${oneLine(`${counted(files.length, "file")} ${files.length === 1 ? "waits" : "wait"}: ${files.join("; ")}`)}\n`;
}
