/** The connection of a process's write transactions on SQLite, kept from one to the next. */
import { statSync } from "node:fs";
import type { Sequelize } from "sequelize";
import type sqlite3 from "sqlite3";

interface Connection extends sqlite3.Database {
  /** The transaction it was opened for. */
  uuid?: string | undefined;
}

interface Connections {
  /** By transaction; all of them are closed with the manager. */
  readonly connections: Record<string, Connection>;
  getConnection(options?: { uuid?: string }): Promise<Connection>;
  releaseConnection(connection: Connection, force?: boolean): void;
}

const KEPT = "kept for the next transaction";

/**
 * Sequelize opens a connection for every transaction and closes it again. Each would read the schema anew and begin with an
 * empty cache, which costs more than most transactions do; so one is kept, and taken by the next transaction while the
 * file under the database's name is the one that it was opened on.
 */
export function keepWriter(sequelize: Sequelize, storage: string): Sequelize {
  const { connectionManager: manager } = sequelize as unknown as { connectionManager: Connections };
  const files = new WeakMap<Connection, string>();

  /** The connection that is kept, unless its file was removed or replaced: nothing written there would be found again. */
  function takeKept(): Connection | undefined {
    const kept = manager.connections[KEPT];
    if (kept === undefined) return undefined;
    delete manager.connections[KEPT];
    if (files.get(kept) === fileAt(storage)) return kept;
    kept.close();
    return undefined;
  }

  const open = manager.getConnection.bind(manager);
  manager.getConnection = async (options = {}) => {
    const { uuid } = options;
    if (uuid === undefined || uuid === "default" || manager.connections[uuid] !== undefined) return open(options);
    const kept = takeKept();
    if (kept === undefined) {
      const opened = await open(options);
      files.set(opened, fileAt(storage));
      return opened;
    }
    manager.connections[uuid] = kept;
    return kept;
  };

  const release = manager.releaseConnection.bind(manager);
  manager.releaseConnection = (connection, force) => {
    const { uuid } = connection;
    if (uuid === undefined || manager.connections[uuid] !== connection || manager.connections[KEPT] !== undefined) {
      release(connection, force);
      return;
    }
    delete manager.connections[uuid];
    connection.uuid = undefined;
    manager.connections[KEPT] = connection;
    // Nothing is open any more but where ending the transaction failed; then this ends it, as closing would have.
    connection.exec("ROLLBACK", () => {});
  };
  return sequelize;
}

/** The file under a name, as it is; empty where there is none. */
function fileAt(name: string): string {
  const found = statSync(name, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "" : `${found.dev}:${found.ino}`;
}
