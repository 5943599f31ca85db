/** The options of an import, checked before the first row is read. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { conflict, invalid } from "../../kit/errors.ts";
import { isId } from "../../kit/id.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { getList } from "../lists.ts";
import type { ColumnField } from "./file-columns.ts";
import { readConsentDate } from "./import-consent.ts";
import { parseContactMapping } from "./import-mapping.ts";
import type { RowContext } from "./import-row.ts";
import { countHeld, type ImportOptions } from "./import-store.ts";

/** The query of the call. */
export interface ImportRequest {
  list?: string | undefined;
  subscription_type?: string | undefined;
  consent_source?: string | undefined;
  consent_date?: string | undefined;
  mapping?: string | undefined;
  file_name?: string | undefined;
  hold?: "true" | "false" | undefined;
}

export interface CheckedOptions {
  options: Omit<ImportOptions, "consent_column" | "columns" | "fields" | "delimiter">;
  mapping: Record<string, ColumnField> | null;
  context: Omit<RowContext, "now">;
}

/** Imports of a workspace that may be held at once: their rows are stored for a day. Files that are sent at the same moment may exceed it. */
const mostHeld = 20;

/** Throws 422 with the invalid option, 404 for a list that is not the workspace's, 409 where too many imports are held already. */
export async function readImportOptions(
  tx: Tx,
  workspaceId: string,
  request: ImportRequest,
  now: Date,
): Promise<CheckedOptions> {
  if (request.hold === "true" && (await countHeld(tx, workspaceId)) >= mostHeld) {
    throw conflict(
      "too_many_held",
      `${mostHeld} imports wait to be started. Start one of them, or give one up, before another is held.`,
    );
  }
  const workspace = await getWorkspace(tx, workspaceId);
  const mapping = parseContactMapping(request.mapping);
  const type = request.subscription_type ? await findType(tx, workspaceId, request.subscription_type) : null;
  const about = Object.values(mapping ?? {}).find((field) => field.startsWith("consent"));
  if (about && !type) {
    throw invalid(
      "subscription_type_missing",
      `A column is mapped to ${about}: say which subscription type it consents to.`,
      "subscription_type",
      null,
    );
  }
  const source = storable(request.consent_source, "consent_source");
  if (type && !source) {
    throw invalid(
      "consent_source_missing",
      "Say where the consent came from: consent_source is needed with subscription_type.",
      "consent_source",
      request.consent_source ?? null,
    );
  }
  const date = request.consent_date ? readConsentDate(request.consent_date, workspace.time_zone) : null;
  if (request.consent_date && !date) {
    throw invalid("invalid_date", `${request.consent_date} is no date.`, "consent_date", request.consent_date);
  }
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(workspace.time_zone)
    .toPlainDate()
    .toString();
  if (request.consent_date && request.consent_date > today) {
    throw invalid(
      "consent_date_in_future",
      "Consent cannot be given in the future.",
      "consent_date",
      request.consent_date,
    );
  }
  const list = storable(request.list, "list");
  if (list && isId(list)) await getList(tx, workspaceId, list);
  return {
    options: {
      list,
      subscription_type_id: type?.id ?? null,
      consent_bit: type?.bit ?? null,
      consent_source: source,
      consent_date: date?.toISOString() ?? null,
    },
    mapping,
    context: { country: workspace.country, timeZone: workspace.time_zone, consents: type !== null },
  };
}

async function findType(tx: Tx, workspaceId: string, ref: string): Promise<{ id: string; bit: number }> {
  const { rows } = await sql<{ id: string; bit: number }>`
    select id, bit from find_subscription_type(${workspaceId}, ${ref})`.execute(tx);
  const [type] = rows;
  if (type) return type;
  throw invalid(
    "unknown_subscription_type",
    `There is no subscription type "${ref}" in this workspace.`,
    "subscription_type",
    ref,
  );
}

function storable(value: string | undefined, field: string): string | null {
  if (value?.includes("\0")) throw invalid("invalid_text", `${field} holds a NUL character.`, field, value);
  return value?.trim() || null;
}
