import type { Command } from "commander";
import { layOutHome } from "../gateway/new-home.ts";
import { systemClock } from "../values/clock.ts";
import { answers } from "./frame.ts";
import { counted } from "./words.ts";

export function declareInit(command: Command): void {
  command.argument("<dir>", "the folder to lay out; made where it is missing");
  answers(command, async ({ businessDate, instant, pathOf }, _options, dir = "") => {
    const today = systemClock({ timeZone: "UTC", businessDate, instant }).businessDate();
    const laidOut = layOutHome(pathOf(dir), today);
    return { document: laidOut, words: wordsOf(laidOut) };
  });
}

function wordsOf({ home, made, kept }: ReturnType<typeof layOutHome>): string {
  const keptWords = kept.length === 0 ? "" : `; ${counted(kept.length, "file")} left as they were`;
  return `${home} is laid out: ${counted(made.length, "file")} written${keptWords}.\nNext: cd ${home} && calloff doctor, then see README.md there.\n`;
}
