/** Asks PostgreSQL for a statement's columns without running it: Parse and Describe of its protocol. */
import type pg from "pg";

export interface DescribedColumn {
  name: string;
  /** OID of its type. */
  type: number;
  /** The table and column that it is read from unchanged; 0 if it is computed. */
  table: number;
  column: number;
}

interface Fields {
  fields: { name: string; dataTypeID: number; tableID: number; columnID: number }[];
}

/** Returns null if the statement returns no rows. Rejects with PostgreSQL's error if it cannot be prepared. */
export function describeStatement(client: pg.Client, text: string): Promise<DescribedColumn[] | null> {
  return new Promise((resolve, reject) => {
    let columns: DescribedColumn[] | null = null;
    // The methods that pg's client calls here on a Submittable.
    const query = {
      submit(connection: { parse(q: object): void; describe(q: object): void; sync(): void }) {
        connection.parse({ text, name: "", types: [] });
        connection.describe({ type: "S", name: "" });
        connection.sync();
      },
      handleRowDescription({ fields }: Fields) {
        columns = fields.map(({ name, dataTypeID, tableID, columnID }) => {
          return { name, type: dataTypeID, table: tableID, column: columnID };
        });
      },
      handleError: reject,
      handleReadyForQuery: () => resolve(columns),
    };
    (client as unknown as { query(submittable: object): void }).query(query);
  });
}
