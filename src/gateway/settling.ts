/** Going on until nothing changes any more. */
import type { Drained } from "../exchange/outbox.ts";
import { coerceError } from "../values/errors.ts";

interface Steps {
  readonly catchUp: () => Promise<number>;
  readonly tick: () => Promise<readonly unknown[]>;
  readonly drainOutbox: () => Promise<Pick<Drained, "written">>;
}

/** Repeats the steps until none of them changes anything; throws what failed in the last round. */
export async function settled(steps: Steps): Promise<void> {
  for (;;) {
    const failures: Error[] = [];
    const changed = await round(steps, failures);
    const [failure] = failures;
    if (failure !== undefined && !changed) throw failure;
    if (!changed) return;
  }
}

/** One blanket order that cannot be released, or one file that cannot be written, does not keep the others waiting. */
async function round({ catchUp, tick, drainOutbox }: Steps, failures: Error[]): Promise<boolean> {
  const tried = <T>(step: () => Promise<T>, otherwise: T): Promise<T> =>
    step().catch((thrown: unknown) => {
      failures.push(coerceError(thrown));
      return otherwise;
    });
  const taken = await tried(catchUp, 0);
  const released = await tried(tick, []);
  const { written } = await tried(drainOutbox, { written: 0 });
  return taken > 0 || released.length > 0 || written > 0;
}
