/** Placeholder until the other branch */
import type { Tx } from "../kit/db.ts";
export interface AccessLinks {
  make(tx: Tx, workspaceId: string, contactIds: readonly string[], at: Date): Promise<Map<string, string>>;
}
