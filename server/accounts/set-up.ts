import { sql } from "kysely";
import type { z } from "zod";
import type { accounts } from "../../contract/accounts.ts";
import type { Db, Tx } from "../kit/db.ts";
import { conflict } from "../kit/errors.ts";
import type { User } from "../kit/http.ts";
import { currentRequest } from "../kit/request-context.ts";
import { createWorkspace, type Seed } from "../workspaces/create-workspace.ts";
import { hasWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import { recordAuditEvent } from "./audit-events.ts";
import { checkNewPassword } from "./choose-password.ts";
import { createPerson, joinWorkspace } from "./create-person.ts";
import type { Identity } from "./identity.ts";

type SetUpInput = Omit<z.output<(typeof accounts)["setup"]["body"]>, "token">;

/** Key of the advisory lock under which the first workspace is made; the same in all versions. */
const lock = 5_180_220_319;

/**
 * Creates the first workspace and its super admin, and what `also` adds, in one transaction. Of concurrent calls one succeeds.
 * Throws 409 `already_set_up` once a workspace exists.
 */
export async function setUp(
  services: { db: Db; identity: Pick<Identity, "hashPassword">; seed: Seed },
  input: SetUpInput,
  at: Date,
  also: (tx: Tx, workspace: WorkspaceRow) => Promise<void> = async () => {},
): Promise<{ workspace: WorkspaceRow; user: User }> {
  const { name, email, password } = input.admin;
  checkNewPassword(password, { email, workspaces: [input.workspace.name] }, "admin.password");
  const passwordHash = await services.identity.hashPassword(password);
  return services.db.asSystem(async (tx) => {
    await sql`select pg_advisory_xact_lock(${lock})`.execute(tx);
    if (await hasWorkspace(tx)) throw alreadySetUp();
    const workspace = await createWorkspace(tx, input.workspace, services.seed, at);
    const user = await createPerson(tx, { name, email, passwordHash, verified: true }, at);
    const { workspace_id } = workspace;
    await joinWorkspace(tx, { workspaceId: workspace_id, userId: user.id, role: "super_admin", smsSetup: true }, at);
    await recordAuditEvent(tx, {
      workspaceId: workspace_id,
      at,
      action: "workspace.created",
      target: { type: "workspace", id: workspace_id, name: workspace.name },
      after: { super_admin: user.name },
      // Set up from the environment there is no request, and the actor is the system.
      ...(currentRequest() && { person: user }),
    });
    await also(tx, workspace);
    return { workspace, user };
  });
}

/** 409 when the first workspace exists. */
export const alreadySetUp = () =>
  conflict("already_set_up", "The first workspace exists already; sign in, or ask for an invitation.");
