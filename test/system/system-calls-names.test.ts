import { killedAtCalls } from "./killed-at-calls.ts";

killedAtCalls([
  { calls: "rename,renameat,renameat2" },
  { calls: "unlink,unlinkat" },
  { calls: "link,linkat,symlink,symlinkat", none: true },
  { calls: "fsync,fdatasync", part: [0, 2] },
]);
