/** Prepares an empty database as a server does at its start. */
import { migrateJobs } from "../server/kit/jobs.ts";
import { migrate } from "../server/kit/migrate.ts";
import { openWorkspaceRole } from "../server/kit/workspace-role.ts";

/** Returns the connection string of the role for work in one workspace. Throws where a server only warns that it cannot make the role. */
export async function prepareDatabase(connection: string): Promise<string> {
  let workspaces = connection;
  await migrate(connection, {
    async after(client) {
      await migrateJobs(connection);
      const warn = (sentence: unknown) => {
        throw new Error(String(sentence));
      };
      workspaces = await openWorkspaceRole(client, connection, { warn });
    },
  });
  return workspaces;
}
