import type { Command } from "commander";
import { examine } from "../gateway/doctor.ts";
import type { DoctorLine } from "../gateway/doctor-line.ts";
import { EXIT } from "../values/errors.ts";
import { answers } from "./frame.ts";
import { oneLine } from "./words.ts";

export function declareDoctor(command: Command): void {
  answers(command, async ({ home, instant }) => {
    const lines = await examine(home, instant === undefined ? new Date() : new Date(instant));
    const failed = lines.some(({ health }) => health === "fail");
    return {
      document: { fit: !failed, lines },
      words: lines.map(doctorLineInWords).join(""),
      exit: failed ? EXIT.refused : EXIT.done,
    };
  });
}

export function doctorLineInWords({ health, subject, message, remedy }: DoctorLine): string {
  const lines = message.split("\n").map(oneLine).join("\n    ");
  const what = `${health.padEnd(4)}  ${oneLine(subject)}: ${lines}\n`;
  return remedy === undefined || health === "ok" ? what : `${what}      do: ${oneLine(remedy)}\n`;
}
