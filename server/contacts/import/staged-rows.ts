/**
 * Rows of a file on their way into `import_rows`, as one array for each column: a statement takes thousands of rows in one round
 * trip, and a column without values costs nothing. Text goes as PostgreSQL's binary arrays, which need no escaping and no parsing.
 */
import { sql } from "kysely";
import pg from "pg";
import type { Tx } from "../../kit/db.ts";
import { type ImportedContact, knownBy, type Rejection } from "./import-row.ts";
import { createSeenKeys, type SeenKeys } from "./seen-keys.ts";

/** What a row's contact is found by: mobile, e-mail or phone; or r: rejected; or t: it was folded into another. */
export type RowKind = "m" | "e" | "p" | "r" | "t";

/** Rows that are gathered for one statement. */
export interface StagedRows {
  add(row: number, read: ImportedContact | Rejection, cells: string[]): void;
  readonly rows: number;
  /** Their size in memory, nearly. */
  readonly octets: number;
  /** Writes them, all or none. */
  insert(tx: Tx, workspaceId: string): Promise<void>;
}

/** Makes the batches of one import. */
export function createStaging(importId: string): () => StagedRows {
  const seen = createSeenKeys();
  return () => createBatch(importId, seen);
}

function createBatch(importId: string, seen: SeenKeys): StagedRows {
  const text = Object.fromEntries(
    textColumns.map((column) => [column, createColumn(pg.types.builtins.TEXT)]),
  ) as Record<(typeof textColumns)[number], Column>;
  const properties = createColumn(pg.types.builtins.JSONB);
  const ids = createColumn(pg.types.builtins.UUID);
  const numbers = createColumn(pg.types.builtins.INT8);
  const kinds = createList();
  const mobileKinds = createList();
  const phoneKinds = createList();
  const consents = createList();
  const dates = createList();
  const repeats = createList();
  const idPrefix = Buffer.from(importId.replaceAll("-", "").slice(0, 24), "hex");
  let rows = 0;

  const addKeys = (row: number, kind: RowKind, repeated: boolean) => {
    rows++;
    numbers.addInteger(row);
    ids.addId(idPrefix, row);
    kinds.add(kind);
    repeats.add(repeated ? "t" : "f");
  };

  return {
    add(row, read, cells) {
      if ("reason" in read) {
        addKeys(row, "r", false);
        for (const column of textColumns) text[column].addNull();
        text.reason.replaceNull(read.reason);
        text.value.replaceNull(read.value);
        text.line.replaceNull(textArray(cells));
        properties.addNull();
        for (const list of [mobileKinds, phoneKinds, consents, dates]) list.add(null);
        return;
      }
      const kind: RowKind = read.mobile ? "m" : read.email ? "e" : "p";
      const { warning } = read;
      addKeys(row, kind, seen.add(knownBy(read)));
      text.mobile.addText(read.mobile);
      text.phone.addText(read.phone);
      text.email.addText(read.email);
      text.first_name.addText(read.first_name);
      text.last_name.addText(read.last_name);
      text.locale.addText(read.locale);
      text.time_zone.addText(read.time_zone);
      text.consent_source.addText(read.consent_source);
      text.reason.addText(warning?.reason ?? null);
      text.value.addText(warning?.value ?? null);
      // A mobile number belongs to one contact, so nothing found while merging can reject its row.
      text.line.addText(kind === "m" && !warning ? null : textArray(cells));
      properties.addText(read.properties && JSON.stringify(read.properties));
      mobileKinds.add(read.mobile_kind);
      phoneKinds.add(read.phone_kind);
      consents.add(read.consent === null ? null : read.consent ? "t" : "f");
      dates.add(read.consent_date ? read.consent_date.toISOString() : null);
    },
    get rows() {
      return rows;
    },
    get octets() {
      return textColumns.reduce((sum, column) => sum + text[column].octets, properties.octets);
    },
    async insert(tx, workspaceId) {
      await sql`
        insert into import_rows (workspace_id, import_id, row, kind, id, mobile, mobile_kind, phone, phone_kind, email,
          first_name, last_name, locale, time_zone, properties, consent, consent_date, consent_source, reason, value, line, repeats)
        select w.workspace_id, ${importId}, u.row, u.kind, u.id, u.mobile, u.mobile_kind, u.phone, u.phone_kind, u.email,
          u.first_name, u.last_name, u.locale, u.time_zone, u.properties, u.consent, u.consent_date, u.consent_source, u.reason,
          u.value, u.line::text[], u.repeats
        from workspaces w, unnest(${numbers.end()}::bigint[], ${kinds.end()}::"char"[], ${ids.end()}::uuid[], ${text.mobile.end()}::text[],
          ${mobileKinds.end()}::number_kind[], ${text.phone.end()}::text[], ${phoneKinds.end()}::number_kind[],
          ${text.email.end()}::text[], ${text.first_name.end()}::text[], ${text.last_name.end()}::text[],
          ${text.locale.end()}::text[], ${text.time_zone.end()}::text[], ${properties.end()}::jsonb[], ${consents.end()}::boolean[],
          ${dates.end()}::timestamptz[], ${text.consent_source.end()}::text[], ${text.reason.end()}::text[],
          ${text.value.end()}::text[], ${text.line.end()}::text[], ${repeats.end()}::boolean[])
          as u (row, kind, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone,
            properties, consent, consent_date, consent_source, reason, value, line, repeats)
        where w.workspace_id = ${workspaceId}`.execute(tx);
    },
  };
}

const textColumns = [
  "mobile",
  "phone",
  "email",
  "first_name",
  "last_name",
  "locale",
  "time_zone",
  "consent_source",
  "reason",
  "value",
  "line",
] as const;

/** A text[] as PostgreSQL spells it. */
const textArray = (cells: string[]) => `{${cells.map((cell) => `"${cell.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;

/**
 * An array of words of ASCII that need no quotes, in PostgreSQL's text format: of types whose binary format names the database's own
 * OIDs. Written as octets, since a string that grows for a whole batch costs the garbage collector more than all reading.
 */
function createList() {
  let buffer = Buffer.allocUnsafe(firstOctets);
  let at = 0;
  let anyValue = false;
  return {
    add(word: string | null) {
      if (at + longestWord + 2 > buffer.length) buffer = enlarge(buffer, at, longestWord + 2);
      anyValue ||= word !== null;
      buffer[at] = at === 0 ? openingBrace : comma;
      at++;
      const text = word ?? "NULL";
      for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    },
    /** Null where no row has a value. */
    end: () => (anyValue ? `${buffer.toString("latin1", 0, at)}}` : null),
  };
}

const openingBrace = "{".charCodeAt(0);
const comma = ",".charCodeAt(0);
/** An instant in ISO form has 24 characters. */
const longestWord = 30;

function enlarge(buffer: Buffer, used: number, octets: number) {
  const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, used + octets));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

type Column = ReturnType<typeof createColumn>;

const headerOctets = 20;
const firstOctets = 32_768;
const jsonbVersion = 1;
const longestLoop = 40;

/**
 * An array in PostgreSQL's binary format: dimensions, a flag for nulls, the type's OID, how many elements from which index, then each
 * element as its length and octets, of which null has the length -1.
 */
function createColumn(type: number) {
  let buffer = Buffer.allocUnsafe(firstOctets);
  let at = headerOctets;
  let elements = 0;
  let anyValue = false;

  const reserve = (octets: number) => {
    if (at + octets > buffer.length) buffer = enlarge(buffer, at, octets);
  };
  const writeText = (value: string) => {
    const version = type === pg.types.builtins.JSONB ? 1 : 0;
    // At most three octets for each UTF-16 code unit.
    reserve(4 + version + 3 * value.length);
    if (version) buffer[at + 4] = jsonbVersion;
    const start = at + 4 + version;
    let end = start;
    // Nearly all values are short and of ASCII, for which a call of the runtime takes longer than this.
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f || value.length > longestLoop) {
        end = start + buffer.write(value, start, "utf8");
        break;
      }
      buffer[end++] = unit;
    }
    buffer.writeInt32BE(end - at - 4, at);
    at = end;
    anyValue = true;
  };

  return {
    addNull() {
      elements++;
      reserve(4);
      at = buffer.writeInt32BE(-1, at);
    },
    addText(value: string | null) {
      if (value === null) return this.addNull();
      elements++;
      writeText(value);
    },
    /** Puts a text in the place of the null that was added last. */
    replaceNull(value: string | null) {
      if (value === null) return;
      at -= 4;
      writeText(value);
    },
    addInteger(value: number) {
      elements++;
      anyValue = true;
      reserve(12);
      at = buffer.writeInt32BE(8, at);
      at = buffer.writeInt32BE(Math.floor(value / 2 ** 32), at);
      at = buffer.writeUInt32BE(value % 2 ** 32, at);
    },
    /** The import's own id with the row's number for its last 32 bits: it sorts by the row and tells which import made a contact. */
    addId(prefix: Buffer, row: number) {
      elements++;
      anyValue = true;
      reserve(20);
      at = buffer.writeInt32BE(16, at);
      at += prefix.copy(buffer, at);
      at = buffer.writeUInt32BE(row, at);
    },
    get octets() {
      return at;
    },
    /** Null where no row has a value. */
    end(): Buffer | null {
      if (!anyValue) return null;
      buffer.writeInt32BE(1, 0);
      buffer.writeInt32BE(1, 4);
      buffer.writeInt32BE(type, 8);
      buffer.writeInt32BE(elements, 12);
      buffer.writeInt32BE(1, 16);
      return buffer.subarray(0, at);
    },
  };
}
