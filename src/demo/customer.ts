/**
 * A customer of the demo. It writes its delivery schedules by hand, in the family of formats it speaks, drops them into its
 * inbound folder and reads what comes back from the outbox, and knows calloff through these files only.
 */
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { PlainDate } from "../values/dates.ts";

/** One item of a delivery schedule as the demo tells it. */
export interface ScheduledItem {
  readonly part: string;
  readonly order: string;
  readonly shipTo: string;
  /** Received cumulative and the last note counted in it. */
  readonly received: string;
  readonly lastNote?: string | undefined;
  /** Quantity, commitment (C firm, D planned), bucket (D day, W week by its Monday, M month by its first day) and date. */
  readonly steps: readonly (readonly [quantity: string, commitment: string, timing: string, date: string])[];
}

/** What a delivery schedule says, whatever it is written in. */
export interface ScheduleTold {
  /** Number of the file among those the customer has written, from 1. */
  readonly control: number;
  readonly release: string;
  readonly issuedOn: PlainDate;
  /** A discrete quantities, C running totals. */
  readonly quantities: "A" | "C";
  readonly items: readonly ScheduledItem[];
}

/** How a customer writes and what it reads. */
export interface Speech {
  readonly write: (told: ScheduleTold) => string;
  /** How the names of its ship notices begin, and the note numbers in one of them. */
  readonly notices: string;
  readonly notesIn: (notice: string) => string[];
}

export interface Customer {
  readonly code: string;
  /** Writes a delivery schedule with the next control number. */
  schedule(
    release: string,
    issuedOn: PlainDate,
    quantities: ScheduleTold["quantities"],
    items: readonly ScheduledItem[],
  ): string;
  /** Puts a file into the inbound folder the way careful senders do: under another name first, then renamed. */
  drop(name: string, text: string): Promise<void>;
  /** Note numbers of all ship notices in the outbox, oldest first. */
  notes(): Promise<string[]>;
  /** Names of what has come back so far. */
  answers(): Promise<string[]>;
}

export function customer(home: string, code: string, { write, notices, notesIn }: Speech): Customer {
  let control = 0;
  const inbox = path.join(home, "inbox", code);
  const outbox = path.join(home, "outbox", code);
  const answers = async (): Promise<string[]> => {
    const names: string[] = await readdir(outbox).catch(() => []);
    return names.toSorted();
  };
  return {
    code,
    schedule: (release, issuedOn, quantities, items) => {
      control += 1;
      return write({ control, release, issuedOn, quantities, items });
    },
    drop: async (name, text) => {
      const hidden = path.join(inbox, `${name}.part`);
      await writeFile(hidden, text, "latin1");
      await rename(hidden, path.join(inbox, name));
    },
    notes: async () => {
      const names = (await answers()).filter((name) => name.startsWith(notices));
      const texts = await Promise.all(names.map((name) => readFile(path.join(outbox, name), "latin1")));
      return texts.flatMap(notesIn);
    },
    answers,
  };
}

/** `20270201`. */
export const compact = (date: string): string => date.replaceAll("-", "");

/** ISO week of a Monday, `06`. */
export function weekOf(monday: string): string {
  const thursday = new Date(Date.parse(`${monday}T00:00:00Z`) + 3 * 86_400_000);
  const days = (thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000;
  return String(Math.floor(days / 7) + 1).padStart(2, "0");
}
