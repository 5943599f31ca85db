import { sql } from "kysely";
import type { z } from "zod";
import type { accounts } from "../../contract/accounts.ts";
import type { Db, Tx } from "../kit/db.ts";
import { conflict } from "../kit/errors.ts";
import type { User } from "../kit/http.ts";
import { currentRequest } from "../kit/request-context.ts";
import { recordAuditEvent } from "./audit-events.ts";
import { checkNewPassword } from "./choose-password.ts";
import { createPerson, joinWorkspace } from "./create-person.ts";
import { createWorkspace, type Seed } from "./create-workspace.ts";
import type { Identity } from "./identity.ts";
import { hasWorkspace, type WorkspaceRow } from "./workspace.ts";

type SetUpInput = Omit<z.output<(typeof accounts)["setup"]["body"]>, "token">;

/** Any number, as long as it stays the same: whoever holds this advisory lock is making the first workspace. */
const lock = 5_180_220_319;

/**
 * Creates the first workspace and its super admin, and whatever `also` adds, in one transaction. Of two at once one wins.
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
      // Out of the environment nobody calls: then it is the program itself.
      ...(currentRequest() && { person: user }),
    });
    await also(tx, workspace);
    return { workspace, user };
  });
}

/** 409: whoever comes second signs in. */
export const alreadySetUp = () =>
  conflict("already_set_up", "The first workspace exists already; sign in, or ask for an invitation.");
