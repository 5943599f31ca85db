import { sql } from "kysely";
import type { z } from "zod";
import type { WorkspaceInput } from "../../contract/accounts.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import { standardTexts } from "./standard-texts.ts";
import { checkCountry, checkTimeZone, type WorkspaceRow } from "./workspace.ts";

/** Adds what higher rooms put into a new workspace: subscription types, the first sender. */
export type Seed = (tx: Tx, workspaceId: string, at: Date) => Promise<void>;

const firstAllowance = 10_000;
const firstRenewalDay = 1;

/**
 * Creates a workspace with its standard texts and what `seed` adds. Needs a transaction that sees every workspace. 422 when the
 * country or time zone does not exist.
 */
export async function createWorkspace(
  tx: Tx,
  input: z.output<typeof WorkspaceInput>,
  seed: Seed,
  at: Date,
): Promise<WorkspaceRow> {
  checkCountry(input.country, "country");
  checkTimeZone(input.time_zone, "time_zone");
  const texts = standardTexts(input.language, input.name);
  const made = await sql<WorkspaceRow>`
    insert into workspaces (workspace_id, name, country, time_zone, language, opt_out_text, help_text,
      opt_out_confirmation, opt_in_confirmation, allowance, renewal_day, created_at)
    values (${newId(at)}, ${input.name}, ${input.country}, ${input.time_zone}, ${input.language},
      ${texts.opt_out_text}, ${texts.help_text}, ${texts.opt_out_confirmation}, ${texts.opt_in_confirmation},
      ${firstAllowance}, ${firstRenewalDay}, ${at})
    returning *`.execute(tx);
  const workspace = made.rows[0];
  if (!workspace) throw new Error("insert into workspaces returned no row");
  await seed(tx, workspace.workspace_id, at);
  return workspace;
}
