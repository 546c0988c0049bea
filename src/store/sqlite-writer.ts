/** The connection of a process's write transactions on SQLite, kept from one to the next. */
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
 * empty cache, which costs more than most transactions do; so one is kept, and taken by the next transaction.
 */
export function keepWriter(sequelize: Sequelize): Sequelize {
  const { connectionManager: manager } = sequelize as unknown as { connectionManager: Connections };
  const opened = manager.getConnection.bind(manager);
  manager.getConnection = async (options = {}) => {
    const { uuid } = options;
    const kept = manager.connections[KEPT];
    if (uuid === undefined || uuid === "default" || manager.connections[uuid] !== undefined || kept === undefined)
      return opened(options);
    delete manager.connections[KEPT];
    manager.connections[uuid] = kept;
    return kept;
  };
  const released = manager.releaseConnection.bind(manager);
  manager.releaseConnection = (connection, force) => {
    const { uuid } = connection;
    if (uuid === undefined || manager.connections[uuid] !== connection || manager.connections[KEPT] !== undefined) {
      released(connection, force);
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
