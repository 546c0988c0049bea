/** The gateway that the demo's story is played on, as its scenes see it. */
import { type PlainDate, plainDate } from "../values/dates.ts";

/** What the story needs of the gateway it is played on. */
export interface Stage {
  readonly home: string;
  /** Moves the business date on; the time of day follows by itself. */
  turnTo(date: PlainDate): void;
  /** Everything that is waiting: files, what is due, the outbox. */
  work(): Promise<void>;
  /** The planner accepts all that is held, as `calloff schedule accept` does, and says what it was. */
  accept(reason: string): Promise<readonly string[]>;
  /** One line of narration. */
  say(line: string): void;
  /** The first 830 of ACME, instead of the demo's own. */
  readonly forecast: string | undefined;
}

export const day = (text: string) => plainDate(text);
