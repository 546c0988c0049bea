/**
 * The configuration of a home: `config/gateway.yaml`, `config/partners/*.yaml`, `config/policies/*.yaml` and the mapping
 * files, read and checked once. All faults of all files are found together.
 */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { loadMappings, type MappingLibrary } from "../mapping/library.ts";
import { readRegularFile } from "../mapping/regular-file.ts";
import { CalloffError, coerceError } from "../values/errors.ts";
import { stableJson } from "../values/json.ts";
import { withoutPasswords } from "../values/secrets.ts";
import { shellWord } from "../values/shell.ts";
import { crossFaults, foldersOf, mappingFaults, type PlacedPartner } from "./cross-checks.ts";
import { type ConfigFault, faultsAsError } from "./faults.ts";
import { type Gateway, gateway } from "./gateway.ts";
import { mappingFolders } from "./package-root.ts";
import { type Partner, partner, partnerCode } from "./partner.ts";
import { type PlacedText, placedText } from "./placed-text.ts";
import { type Policy, policy } from "./policy.ts";
import { readYaml } from "./read-yaml.ts";

export interface Configuration {
  /** Absolute path of the home. */
  readonly home: string;
  readonly gateway: Gateway;
  /** By partner code. */
  readonly partners: ReadonlyMap<string, Partner>;
  /** By policy name. */
  readonly policies: ReadonlyMap<string, Policy>;
  readonly mappings: MappingLibrary;
  /** The policy a partner's schedules are judged by, and a hash of what it says. */
  policyOf(partner: Partner): PolicyInForce;
  /** Partners that may use a folder of the inbox, in the order of their codes. */
  partnersOfFolder(folder: string): Partner[];
}

export interface PolicyInForce {
  readonly name: string;
  readonly policy: Policy;
  /** SHA-256 of the policy with its defaults filled in. */
  readonly hash: string;
}

/** Whether mapping files are read with the settings, or when a mapping is first asked for: most commands need none. */
export type ReadMappings = "at once" | "when needed";

/**
 * Reads the configuration of `home`.
 * @throws CalloffError CONFIG_* for the first fault, with every other one in its message; MAPPING_* from mapping files, which
 * is thrown by `mappings` where they are read when needed
 */
export function loadConfiguration(home: string, readMappings: ReadMappings = "at once"): Configuration {
  const faults: ConfigFault[] = [];
  const root = path.resolve(home);
  const settings = readGateway(root, faults);
  const policies = readNamed(root, "policies", policy, faults);
  const partners = readPartners(root, faults);
  faults.push(...crossFaults(partners, new Set(policies.names)));
  const library = onDemand(() => mappingsOf(root, partners, faults));
  if (readMappings === "at once") library();
  refuseFaults(faults);
  if (settings === undefined) throw new Error("settings without a fault are there");
  return configurationOf(
    root,
    settings,
    new Map(partners.map((held) => [held.partner.code, held.partner])),
    new Map([...policies.values].map(([name, { value }]) => [name, value])),
    library,
  );
}

/** The mappings, and that each which a partner's file names is there; `others` are faults that are told with theirs. */
function mappingsOf(root: string, partners: readonly PlacedPartner[], others: readonly ConfigFault[]): MappingLibrary {
  const mappings = loadMappings(mappingFolders(root));
  refuseFaults([...others, ...partners.flatMap((placed) => mappingFaults(placed, mappings))]);
  return mappings;
}

function refuseFaults([first, ...others]: readonly ConfigFault[]): void {
  if (first !== undefined) throw faultsAsError([first, ...others]);
}

function onDemand<Thing>(make: () => Thing): () => Thing {
  let made: Thing | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** A configuration out of checked values. */
export function configurationOf(
  home: string,
  settings: Gateway,
  partners: ReadonlyMap<string, Partner>,
  policies: ReadonlyMap<string, Policy>,
  mappings: () => MappingLibrary,
): Configuration {
  const inForce = new Map(
    [...policies].map(([name, held]) => [name, { name, policy: held, hash: sha256(stableJson(held)) }]),
  );
  return {
    home,
    gateway: settings,
    partners,
    policies,
    get mappings() {
      return mappings();
    },
    policyOf: ({ code, policy: name }) => {
      const found = inForce.get(name);
      if (found === undefined)
        throw new CalloffError("CONFIG_UNKNOWN_POLICY", `${code} names no policy there is`, { found: name });
      return found;
    },
    partnersOfFolder: (folder) => [...partners.values()].filter((held) => foldersOf(held).includes(folder)),
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function readGateway(root: string, faults: ConfigFault[]): Gateway | undefined {
  const name = "config/gateway.yaml";
  const text = textOf(
    root,
    name,
    faults,
    `Lay out a home with \`calloff init ${shellWord(root)}\`, or name another with --home`,
  );
  if (text === undefined) return undefined;
  const read = readYaml(name, text, gateway);
  faults.push(...read.faults);
  if (read.value !== undefined && holdsPassword(read.value.database)) refuseOpenSecret(root, name, read.places, faults);
  return read.value;
}

const holdsPassword = (database: string): boolean => withoutPasswords(database) !== database;

/** A password that everybody on the machine may read is none. */
function refuseOpenSecret(root: string, name: string, places: PlacedText, faults: ConfigFault[]): void {
  const mode = statSync(path.join(root, name)).mode & 0o777;
  if ((mode & 0o007) === 0) return;
  faults.push({
    code: "CONFIG_SECRET",
    message: "`database` holds a password, and everybody on this machine may read the file",
    place: places.placeOf(["database"]),
    expected: "a file that only its owner and his group may read, or a URL without password",
    found: `mode ${mode.toString(8)}`,
    remedy: `chmod 600 ${shellWord(name)}, or leave the password to CALLOFF_DATABASE_PASSWORD`,
  });
}

function readPartners(root: string, faults: ConfigFault[]): PlacedPartner[] {
  const read = readNamed(root, "partners", partner, faults);
  return [...read.values].flatMap(([code, { name, value, text }]) => {
    const fits = partnerCode.safeParse(code);
    if (!fits.success) {
      faults.push({
        code: "CONFIG_FILE_NAME",
        message: "The file's name is not a partner code",
        place: { file: name },
        expected: fits.error.issues[0]?.message,
        found: code,
        remedy: "Rename the file",
      });
    }
    return { partner: { ...value, code }, places: placedText(name, text) };
  });
}

interface NamedFiles<Value> {
  /** Every name that has a file, also one with faults. */
  readonly names: readonly string[];
  readonly values: ReadonlyMap<string, { readonly name: string; readonly text: string; readonly value: Value }>;
}

/** All YAML files of one folder under `config/`, by their names without ending, in the order of their names. */
function readNamed<S extends z.ZodType>(
  root: string,
  folder: string,
  schema: S,
  faults: ConfigFault[],
): NamedFiles<z.output<S>> {
  const names: string[] = [];
  const values = new Map<string, { name: string; text: string; value: z.output<S> }>();
  for (const entry of filesIn(path.join(root, "config", folder))) {
    const name = `config/${folder}/${entry}`;
    if (entry.endsWith(".yml")) {
      faults.push({
        code: "CONFIG_FILE_NAME",
        message: "The file would not be read",
        place: { file: name },
        expected: "the ending .yaml",
        found: entry,
        remedy: `Rename it to ${entry.replace(/\.yml$/, ".yaml")}`,
      });
    }
    if (!entry.endsWith(".yaml")) continue;
    const own = entry.slice(0, -".yaml".length);
    names.push(own);
    const text = textOf(root, name, faults, "Make the file readable");
    if (text === undefined) continue;
    const read = readYaml(name, text, schema);
    faults.push(...read.faults);
    if (read.value !== undefined) values.set(own, { name, text, value: read.value });
  }
  return { names, values };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .toSorted();
  } catch {
    return [];
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function textOf(root: string, name: string, faults: ConfigFault[], remedy: string): string | undefined {
  try {
    return UTF8.decode(readRegularFile(path.join(root, name)));
  } catch (thrown) {
    const error = coerceError(thrown) as NodeJS.ErrnoException;
    faults.push({
      code: "CONFIG_FILE",
      message: error.code === "ENOENT" ? "The file is not there" : "The file cannot be read",
      place: { file: name },
      expected: "a YAML file in UTF-8",
      found: error.code ?? error.message,
      remedy,
    });
    return undefined;
  }
}
