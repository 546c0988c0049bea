/** Faults of configuration files: collected over all of them, thrown as one. */
import type { ErrorCode } from "../values/error-codes.ts";
import { CalloffError, EXIT } from "../values/errors.ts";
import { type Place, placeInWords } from "../values/finding.ts";
import { withoutPasswords } from "../values/secrets.ts";

export interface ConfigFault {
  /** Permanent code `CONFIG_*`. */
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: Place;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly remedy?: string | undefined;
}

/** The fault in one line: place, message, expected, found and what to do. */
export function faultInWords(fault: ConfigFault): string {
  const compared = [
    fault.expected === undefined ? "" : `; expected ${fault.expected}`,
    fault.found === undefined ? "" : `; found ${withoutPasswords(fault.found)}`,
  ].join("");
  const remedy = fault.remedy === undefined ? "" : ` (${fault.remedy})`;
  return `${placeInWords(fault.place)}: ${fault.message}${compared}${remedy}`;
}

/** One error for all faults: it has the code and place of the first, and names the others in its message. */
export function faultsAsError(faults: readonly [ConfigFault, ...ConfigFault[]]): CalloffError {
  const [first] = faults;
  const several = faults.length > 1;
  const message = several
    ? `${faults.length} faults in the configuration:\n${faults.map((fault) => `  ${faultInWords(fault)}`).join("\n")}`
    : first.message;
  return new CalloffError(first.code, message, {
    place: first.place,
    ...(several || first.expected === undefined ? {} : { expected: first.expected }),
    ...(several || first.found === undefined ? {} : { found: withoutPasswords(first.found) }),
    remedy: several
      ? "Correct each of them; `calloff doctor` reads the configuration again"
      : (first.remedy ?? "Correct the file"),
    exit: EXIT.refused,
  });
}
