/** A worker that does what it is told, also what no worker should do. */
import { parentPort } from "node:worker_threads";

const hoard: unknown[] = [];

parentPort?.on("message", (task: { do: "echo" | "die" | "hang" | "eat" | "throw"; text?: string }) => {
  if (task.do === "die") process.exit(7);
  while (task.do === "hang") hoard.length = 0;
  while (task.do === "eat") hoard.push(Array.from({ length: 1000 }, (_, n) => ({ n })));
  if (task.do === "throw") {
    const details = { remedy: "Give me something else", exit: 4 };
    parentPort?.postMessage({ thrown: { code: "NOT_NOW", message: "Not now", stack: undefined, details } }, []);
  } else parentPort?.postMessage({ result: task.text }, []);
});
