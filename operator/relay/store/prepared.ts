import { type Compilable, CompiledQuery, type Kysely } from 'kysely';
import { own } from '../../lib/own.ts';
import type { DirectQuery, RelaySchema, StoreKind, StoreTransaction } from './schema.ts';

/** So many rows at most are one query. */
const MAX_ROWS = 64;

/** Stands for a value while the text of a query is made. */
class Parameter {
  readonly row: number;
  readonly column: string;

  constructor(row: number, column: string) {
    this.row = row;
    this.column = column;
  }
}

/** Runs a query with other values each time. Many rows are several queries, in their order; none are no query. */
export type Prepared<Row, Result> = (
  transaction: StoreTransaction,
  rows: readonly Row[],
) => Promise<{ readonly rows: readonly Result[]; readonly changed: number }>;

/**
 * A query of the path of each message, whose text is made once for a few numbers of rows: Kysely takes longer to write a query than
 * SQLite to answer it.
 * @param columns all values that the query takes of a row
 * @param build gets rows with placeholders, and may do nothing with these but put them into the query
 */
export function prepared<Row extends object, Result = never>(
  columns: readonly (keyof Row & string)[],
  build: (tx: Kysely<RelaySchema>, rows: readonly [Row, ...Row[]], kind: StoreKind) => Compilable<Result>,
): Prepared<Row, Result> {
  const texts = new Map<string, CompiledQuery<Result>>();
  const textOf = ({ tx, kind }: StoreTransaction, count: number): CompiledQuery<Result> => {
    const key = `${kind} ${count}`;
    const known = texts.get(key);
    if (known) return known;
    const rows = Array.from({ length: count }, (_, row) =>
      Object.fromEntries(columns.map((column) => [column, new Parameter(row, column)])),
    );
    const made = build(tx, rows as unknown as readonly [Row, ...Row[]], kind).compile();
    texts.set(key, made);
    return made;
  };
  return async (transaction, rows) => {
    const found: Result[] = [];
    let changed = 0;
    for (let from = 0; from < rows.length; ) {
      // Few numbers of rows make few texts.
      const count = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(rows.length - from)));
      const { sql, parameters } = textOf(transaction, count);
      const values = parameters.map((value) =>
        value instanceof Parameter
          ? own(rows[from + value.row] as Readonly<Record<string, unknown>>, value.column)
          : value,
      );
      // Kysely's way to a connection takes longer than most of these queries.
      const result = transaction.query?.(sql, values) ?? (await throughKysely(transaction, sql, values));
      found.push(...(result.rows as readonly Result[]));
      changed += result.changed;
      from += count;
    }
    return { rows: found, changed };
  };
}

async function throughKysely(
  { tx }: StoreTransaction,
  sql: string,
  values: readonly unknown[],
): Promise<ReturnType<DirectQuery>> {
  const { rows, numAffectedRows = 0n } = await tx.executeQuery(CompiledQuery.raw(sql, [...values]));
  return { rows, changed: Number(numAffectedRows) };
}
