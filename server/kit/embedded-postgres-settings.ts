/** Settings of the PostgreSQL that comes with Varsla, for a small machine that it shares with everything else. */
import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";

/** Each setting with its reason. */
export async function smallMachineSettings(): Promise<Record<string, string>> {
  const memory = totalmem() / 2 ** 20;
  const megabytes = (share: number, least: number, most: number) =>
    `${Math.round(Math.min(most, Math.max(least, memory * share)))}MB`;
  return {
    fsync: "on",
    synchronous_commit: "on",
    // Two processes with all roles, during a restart, use 75 each at most; the rest is for operators.
    max_connections: "180",
    // An eighth, not the usual quarter: Node, a browser and the page cache live on the same machine.
    shared_buffers: megabytes(1 / 8, 128, 1024),
    effective_cache_size: megabytes(1 / 2, 256, 16_384),
    // Audience reviews hash hundreds of thousands of numbers; below this they spill to disk.
    work_mem: megabytes(1 / 256, 8, 64),
    maintenance_work_mem: megabytes(1 / 32, 64, 512),
    // A campaign's burst writes gigabytes of WAL. Rare checkpoints mean far fewer full-page images; the price is disk, and a
    // crash recovery of some seconds.
    max_wal_size: "2GB",
    min_wal_size: "128MB",
    checkpoint_timeout: "15min",
    wal_buffers: "16MB",
    // Solid-state disks.
    random_page_cost: "1.1",
    // Queries are short; compiling them would cost more than it saves.
    jit: "off",
    // The queue and the ledger turn over fast: vacuum early and often in small bites, and freeze what is only appended.
    autovacuum_naptime: "15s",
    autovacuum_vacuum_scale_factor: "0.05",
    autovacuum_vacuum_insert_scale_factor: "0.1",
    autovacuum_analyze_scale_factor: "0.02",
    autovacuum_vacuum_cost_limit: "2000",
    dynamic_shared_memory_type: await sharedMemoryType(),
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] ",
    log_checkpoints: "off",
    // Only a bug leaves a transaction open for so long, and it would hold back vacuum.
    idle_in_transaction_session_timeout: "10min",
  };
}

/** Containers often have only 64 MB of /dev/shm, too little for a parallel hash join; then files are used. */
async function sharedMemoryType(): Promise<"posix" | "mmap"> {
  if (process.platform !== "linux") return "posix";
  const shm = await statfs("/dev/shm").catch(() => null); // there may be none
  return shm && shm.bsize * shm.blocks >= 512 * 2 ** 20 ? "posix" : "mmap";
}
