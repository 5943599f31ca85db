import { WorkspaceInput } from "../../contract/accounts.ts";
import { everything } from "../../contract/permissions.ts";
import type { Clock } from "../kit/clock.ts";
import { type Config, ConfigError } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { Logger } from "../kit/log.ts";
import type { Seed } from "../workspaces/create-workspace.ts";
import { hasWorkspace } from "../workspaces/workspace.ts";
import { storeApiKey } from "./api-keys.ts";
import { recordAuditEvent } from "./audit-events.ts";
import type { Identity } from "./identity.ts";
import { setUp } from "./set-up.ts";

/** Settings of the first workspace that no environment variable gives. */
const defaults = { country: "NO", time_zone: "Europe/Oslo", language: "en" } as const;

/**
 * Creates the first workspace from ADMIN_EMAIL, ADMIN_PASSWORD, API_KEY and WORKSPACE_NAME, when all are set and no
 * workspace exists. Of processes that start at the same time one does it. The key has every permission. When the settings
 * are invalid it throws a ConfigError, or only logs what is wrong when a workspace exists already.
 */
export async function bootstrap(services: {
  db: Db;
  clock: Clock;
  config: Pick<Config, "first_workspace"> & Partial<Pick<Config, "first_workspace_problems">>;
  identity: Pick<Identity, "hashPassword">;
  seed: Seed;
  log?: Pick<Logger, "warn">;
}): Promise<"made" | "nothing_to_do"> {
  const { first_workspace: first, first_workspace_problems: problems = [] } = services.config;
  if (!first && problems.length === 0) return "nothing_to_do";
  if (await services.db.asSystem(hasWorkspace)) {
    for (const problem of problems) services.log?.warn(`${problem}. It is ignored, since a workspace exists.`);
    return "nothing_to_do";
  }
  if (!first || problems.length > 0) throw new ConfigError(problems.join("\n"));
  const at = services.clock.now();
  const workspace = WorkspaceInput.parse({ ...defaults, name: first.workspace_name });
  const admin = { name: nameFrom(first.admin_email), email: first.admin_email, password: first.admin_password };
  try {
    await setUp(services, { workspace, admin }, at, async (tx, made) => {
      const grants = { name: "API_KEY", role: "super_admin", scopes: [everything] } as const;
      const { id, name } = await storeApiKey(tx, made.workspace_id, first.api_key, grants, at);
      await recordAuditEvent(tx, {
        workspaceId: made.workspace_id,
        at,
        action: "api_key.created",
        target: { type: "api_key", id, name },
        after: { scopes: grants.scopes, expires_at: null },
      });
    });
    return "made";
  } catch (error) {
    if (error instanceof Problem && error.code === "already_set_up") return "nothing_to_do";
    throw error;
  }
}

/** ola.nordmann@example.com → Ola Nordmann, until the person changes it. */
function nameFrom(email: string): string {
  const words = email.replace(/@.*/, "").split(/[._+-]+/);
  return (
    words
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(" ")
      .trim() || email
  );
}
