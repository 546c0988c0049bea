/** Files that no reader survives: tried twice, then put apart, so that nothing else waits for them. */
import type { FileRow } from "../store/tables.ts";
import { CalloffError } from "../values/errors.ts";
import { detailsOf } from "../values/finding.ts";
import { archivePath } from "./archive.ts";
import type { Exchange } from "./context.ts";
import { quarantine } from "./quarantine.ts";

/** What the cause of a quarantined file begins with that may be retried, because a larger limit may be all it needs. */
export const POISON = "poison";

/** Whether it is the reader that ended over the file. */
export const isPoison = (error: Error): error is CalloffError =>
  error instanceof CalloffError && (error.code === "READER_DIED" || error.code === "READER_TIMEOUT");

/** Why such a file lies apart, in a list: the code and what happened. */
export const poisonCause = ({ code, message }: CalloffError): string => `${POISON}: ${code} ${message}`;

/** Puts a registered file into quarantine beside the reason. */
export async function keepPoison(exchange: Exchange, row: FileRow, error: CalloffError): Promise<void> {
  const { claim, folder, name, sha256, size, partner } = row;
  const file = archivePath(exchange.paths.archive, sha256);
  const { code, message, place = { file: name } } = error;
  const finding = { code, severity: "reject" as const, message, place, ...detailsOf(error) };
  await quarantine(
    exchange,
    { claim, folder, name, path: file },
    { sha256, size, path: file },
    { partner, state: "quarantined", cause: poisonCause(error), findings: [finding], interchanges: [] },
  );
}
