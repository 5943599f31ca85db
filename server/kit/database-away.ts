/** Recognises errors of an unavailable PostgreSQL: down, starting, stopping, failing over, or out of resources. */

/** By Node's errno or PostgreSQL's SQLSTATE. */
const awayCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "25006", // read_only_sql_transaction: a standby that is not the primary yet
  "53000", // insufficient_resources, by its kinds
  "53100",
  "53200",
  "53300",
  "25P03", // idle_in_transaction_session_timeout: a process that was suspended
  "57014", // query_canceled: it exceeded its statement timeout
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "58030", // io_error
  "08000", // connection_exception, by its kinds
  "08001",
  "08003",
  "08004",
  "08006",
]);

/** pg's messages without a code. */
const awayWords =
  /^(Connection terminated|timeout (exceeded when trying to connect|expired)|Client has encountered a connection error|Client was closed and is not queryable|Query read timeout)/;

/** Whether PostgreSQL could not be reached or became unavailable, so that a retry may help. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message, syscall, cause } = error as Partial<NodeJS.ErrnoException>;
  // Its socket is missing; any other missing file is a bug of ours.
  if (code === "ENOENT") return syscall === "connect";
  if (code !== undefined && awayCodes.has(code)) return true;
  if (awayWords.test(message ?? "")) return true;
  return cause instanceof Error && isDatabaseAway(cause);
}
