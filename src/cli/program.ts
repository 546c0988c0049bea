/** The command line: which commands there are. A command's file is loaded only when it is called. */
import { Command, CommanderError } from "commander";
import { CalloffError, coerceError, EXIT, type Exit } from "../values/errors.ts";
import { stableJson } from "../values/json.ts";
import { harmlessJson } from "../values/printable.ts";
import { attach, print, type Terminal, usage } from "./frame.ts";
import { version } from "./version.ts";
import { harmless } from "./words.ts";

interface Noun {
  readonly name: string;
  readonly description: string;
  /** Adds arguments, options, verbs and actions. */
  readonly load: () => Promise<(command: Command) => void>;
}

const NOUNS: readonly Noun[] = [
  {
    name: "start",
    description: "watch the inbox, run the timetable, write the outbox, until told to stop",
    load: async () => (await import("./start.ts")).declareStart,
  },
  {
    name: "run",
    description: "do all that is waiting, once, then exit",
    load: async () => (await import("./run.ts")).declareRun,
  },
  {
    name: "demo",
    description: "a home made on the spot, with customers and an ERP: the whole chain in a minute",
    load: async () => (await import("./demo.ts")).declareDemo,
  },
  {
    name: "init",
    description: "lay out a new home",
    load: async () => (await import("./init.ts")).declareInit,
  },
  {
    name: "doctor",
    description: "whether this machine and this home are fit to run, with the remedy",
    load: async () => (await import("./doctor.ts")).declareDoctor,
  },
  {
    name: "check",
    description: "read a file and show what it says or what is wrong with it; changes nothing",
    load: async () => (await import("./check.ts")).declareCheck,
  },
  {
    name: "import",
    description: "take in blanket orders and shipment confirmations, as by inbox/erp",
    load: async () => (await import("./import.ts")).declareImport,
  },
  {
    name: "schedule",
    description: "customers' schedules: list, show, diff, accept, withdraw",
    load: async () => (await import("./schedule.ts")).declareSchedule,
  },
  {
    name: "blanket",
    description: "blanket orders and where they stand: list, show",
    load: async () => (await import("./blanket.ts")).declareBlanket,
  },
  {
    name: "order",
    description: "child sales orders: list, show, ship, cancel, lift",
    load: async () => (await import("./order.ts")).declareOrder,
  },
  {
    name: "shipment",
    description: "shipments: list, show",
    load: async () => (await import("./shipment.ts")).declareShipment,
  },
  {
    name: "receipt",
    description: "what customers say they received: list, show, place, dismiss",
    load: async () => (await import("./receipt.ts")).declareReceipt,
  },
  {
    name: "invoice",
    description: "invoices: list, show, release",
    load: async () => (await import("./invoice.ts")).declareInvoice,
  },
  {
    name: "file",
    description: "files that came in: list, show, retry",
    load: async () => (await import("./file.ts")).declareFile,
  },
  {
    name: "outbox",
    description: "files that went out: list, show, resend",
    load: async () => (await import("./outbox.ts")).declareOutbox,
  },
  {
    name: "folder",
    description: "folders of inbox and outbox: list, confirm",
    load: async () => (await import("./folder.ts")).declareFolder,
  },
  {
    name: "partner",
    description: "trading partners: list, check",
    load: async () => (await import("./partner.ts")).declarePartner,
  },
  {
    name: "ledger",
    description: "every movement of released, shipped and invoiced quantities",
    load: async () => (await import("./ledger.ts")).declareLedger,
  },
  {
    name: "why",
    description: "where a number comes from: order, decision, schedule, file and segment",
    load: async () => (await import("./why.ts")).declareWhy,
  },
  {
    name: "prove",
    description: "do everything again from archive, configuration and audit trail, and compare",
    load: async () => (await import("./prove.ts")).declareProve,
  },
  {
    name: "db",
    description: "the database: migrate, backup, restore, check",
    load: async () => (await import("./db.ts")).declareDb,
  },
];

/**
 * Runs one command line.
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<Exit> {
  const json = argv.includes("--json");
  const complaints: string[] = [];
  try {
    const program = await programFor(argv, terminal, (text) => complaints.push(text));
    const exit = attach(program, terminal);
    await program.parseAsync([...argv], { from: "user" });
    return exit();
  } catch (thrown) {
    if (thrown instanceof CommanderError) return afterCommander(thrown, complaints, json, terminal);
    return complain(thrown, json, terminal);
  }
}

async function programFor(
  argv: readonly string[],
  terminal: Terminal,
  complaint: (text: string) => void,
): Promise<Command> {
  const program = new Command("calloff")
    .description("Customers' delivery schedules in; child sales orders, ship notices, invoices out.")
    .version(version, "-V, --version", "print the version")
    .option("--home <dir>", "the home to work on (default: the working directory)")
    .option("--business-date <date>", "the date to work at, YYYY-MM-DD (default: today in the company's time zone)")
    .option("--json", "answer with one JSON document")
    .helpOption("-h, --help", "show help")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => terminal.stdout.write(text), writeErr: complaint })
    .showSuggestionAfterError()
    .exitOverride();
  program.addHelpText(
    "after",
    "\nExit: 0 done, 1 refused or failed, 2 wrong usage, 3 not found, 4 bad file, 5 conflict.",
  );
  for (const { name, description, load } of NOUNS) {
    const command = program.command(name).description(description);
    if (argv.includes(name)) (await load())(command);
  }
  return program;
}

/** Help and version are answers; anything else that commander has to say is wrong usage. */
async function afterCommander(
  error: CommanderError,
  complaints: readonly string[],
  json: boolean,
  terminal: Terminal,
): Promise<Exit> {
  if (error.exitCode === 0) return EXIT.done;
  const help = error.code === "commander.help";
  const message = help ? "A command is missing" : error.message.replace(/^error: /, "").replaceAll("\n", " ");
  const said = usage(message, { remedy: "See calloff --help, or --help after a command" });
  if (json) await print(terminal.stdout, errorDocument(said));
  await print(terminal.stderr, help ? harmless(complaints.join("")) : `${harmless(said.inWords())}\n`);
  return EXIT.usage;
}

async function complain(thrown: unknown, json: boolean, terminal: Terminal): Promise<Exit> {
  const error = coerceError(thrown);
  const known = error instanceof CalloffError ? error : unforeseen(error);
  if (json) await print(terminal.stdout, errorDocument(known));
  await print(terminal.stderr, `${harmless(known.inWords())}\n`);
  if (terminal.env["CALLOFF_DEBUG"] === "1") await print(terminal.stderr, `${harmless(stacks(error))}\n`);
  return known.exit;
}

/** What went wrong in a way nobody has thought of. */
const unforeseen = (error: Error): CalloffError =>
  new CalloffError("UNFORESEEN", error.message, {
    remedy: "Run the command again with CALLOFF_DEBUG=1 and report what it prints; nothing half done was kept",
    cause: error,
  });

function stacks(error: Error): string {
  const cause = error.cause === undefined ? "" : `\ncaused by: ${stacks(coerceError(error.cause))}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** An error as the one document of a command that was asked for JSON. */
function errorDocument(error: CalloffError): string {
  const { code, message, place, expected, found, remedy } = error;
  return `${harmlessJson(stableJson({ error: { code, message, place, expected, found, remedy } }, 2))}\n`;
}
