/** Recording a batch over the connection that claimed it, or over another where that broke. */
import { isDatabaseAway } from "../../kit/database-away.ts";
import type { Tx } from "../../kit/db.ts";
import { pipelined } from "../../kit/prepared.ts";
import type { ConnectionPair } from "./connection-pair.ts";
import type { LaneConnection } from "./lane-connection.ts";
import type { LaneContext } from "./lane-context.ts";
import { leaveLane, lockLane } from "./lanes-store.ts";
import { record } from "./record-outcomes.ts";
import type { SortedOutcomes } from "./sort-outcomes.ts";

/** Records a batch; with `leave` also releases the lane if its queue is empty, and answers whether it did. */
export async function recordBatch(
  connections: ConnectionPair,
  connection: LaneConnection,
  { lane, worker, now, liveUpdates }: LaneContext,
  { results, journals }: SortedOutcomes,
  leave: boolean,
): Promise<boolean> {
  const recording = async (tx: Tx) => {
    const recorded = () => record(tx, lane, worker, now(), { journals, results });
    if (!leave) return recorded().then(() => false);
    const [, locked] = await pipelined(tx, recorded, () => lockLane(tx, lane, worker));
    return locked && leaveLane(tx, lane);
  };
  const recordOver = (one: LaneConnection) => one.inWorkspace(lane.workspace_id, recording, "release");
  const left = await recordOver(connection).catch(async (error) => {
    // Only this process knows the outcomes: as long as the lane is ours they are recorded over another connection.
    const other = isDatabaseAway(error) ? await connections.replace(connection) : null;
    if (!other) throw error;
    return recordOver(other);
  });
  liveUpdates.publishSources(
    lane.workspace_id,
    results.flatMap(({ row }) => (row.source_type === null ? [] : [row])),
  );
  liveUpdates.publish(lane.workspace_id, "usage", null);
  // Of a campaign's texts the receipts are shown soon enough.
  if (results.some(({ row }) => row.source_type !== "campaign"))
    liveUpdates.publish(lane.workspace_id, "conversation", null);
  return left;
}
