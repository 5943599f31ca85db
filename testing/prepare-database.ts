/** Makes of an empty database what a server makes of it at its start. */
import { migrateJobs } from "../server/kit/jobs.ts";
import { migrate } from "../server/kit/migrate.ts";
import { openWorkspaceRole } from "../server/kit/workspace-role.ts";

/** Answers where work for one workspace connects. Throws where a server would only warn that it cannot have its role. */
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
