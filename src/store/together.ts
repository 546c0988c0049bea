/** Several questions that do not need each other's answers. */
import type { Queryable } from "./store.ts";

type Question = () => Promise<unknown>;
type Answers<Questions extends readonly Question[]> = {
  -readonly [place in keyof Questions]: Awaited<ReturnType<Questions[place]>>;
};

/**
 * Asks them all and gives the answers in their order. SQLite answers the next while the last answer is read; a connection to
 * PostgreSQL takes one at a time.
 */
export async function askTogether<const Questions extends readonly Question[]>(
  { dialect }: Queryable,
  ...questions: Questions
): Promise<Answers<Questions>> {
  if (dialect === "sqlite") return (await Promise.all(questions.map((ask) => ask()))) as Answers<Questions>;
  const answers: unknown[] = [];
  for (const ask of questions) answers.push(await ask());
  return answers as Answers<Questions>;
}
