/** Substitutes for expressions of statements that only the running program knows. */
const search = "server/contacts/search-contacts.ts";
const ledger = "server/messages/messages-store.ts";
const merge = "server/contacts/import/merge-chunk.ts";
const workflows = "server/bookings/workflows";
const states = "statesOf[trigger].map((state) => `'${state}'`).join(\", \")";
/** By the file of the statement and the text of the expression. */
export const given: Record<string, string> = {
  "server/contacts/contacts-store.ts: sql.join(columns, sql``)": "email = '',",
  "server/contacts/count-contacts.ts: source(sql``)": "select id, true as exact from contacts",
  [`${search}: source(sql\`\`)`]: "select id, true as exact from contacts",
  "server/contacts/search-digits.ts: probe(sql`b.root`, sql`b.text`)": "true",
  "server/contacts/search-names.ts: wordsWith(workspaceId, word)(sql``)": "select contact_id from contact_words",
  [`${search}: gathered(scope, sources, upTo)`]: "found_0 as materialized (select id, true as exact from contacts)",
  [`${search}: allGathered(sources)`]: "select id, exact from found_0",
  [`${search}: isAll`]: "(select count(*) from found_0) <= 10000",
  [`${search}: sources.map(branch)`]: "(select c.id, c.sort_key from contacts c)",
  [`${search}: matches(query)`]: "c.name_key <> ''",
  [`${search}: matchesExactly(query)`]: "c.name_key <> ''",
  [`${search}: matches(scope.query)`]: "c.name_key <> ''",
  [`${search}: matchesExactly(scope.query)`]: "c.name_key <> ''",
  [`${search}: beyond(after)`]: "and c.id > gen_random_uuid()",
  [`${search}: direction`]: "asc",
  [`${merge}: assignments.join(", ")`]: "phone = coalesce(s.phone, c.phone)",
  [`${merge}: differences.join(" or ")`]: "s.phone <> c.phone",
  'server/messages/dispatch/queue-store.ts: ["", ...types].map((type) => `\'${type}\'`).join(", ")': "'api'",
  "server/messages/send/recipients.ts: column": "email",
  [`${ledger}: from()`]: "unnest(array[1]) with ordinality as u (id, n)",
  [`${ledger}: key("id", (m) => m.id)`]: "gen_random_uuid()",
  [`${ledger}: key("id", (row) => row.message_id)`]: "gen_random_uuid()",
  [`${ledger}: moment("period_start", (row) => row.period_start)`]: "now()",
  [`${ledger}: moment("expires_at", (row) => row.expires_at)`]: "now()",
  [`${ledger}: column("priority", "smallint", (row) => row.priority)`]: "1",
  [`${ledger}: column("consent_bit", "smallint", (row) => row.consent_bit)`]: "null::smallint",
  [`${ledger}: column("resent", "smallint", (row) => row.resent)`]: "0",
  [`${ledger}: column("sealed", "bytea", (row) => row.sealed)`]: "null::bytea",
  [`${ledger}: column("contact_id", "uuid", (m) => m.contact_id)`]: "null::uuid",
  [`${ledger}: column("number", "text", (m) => m.number)`]: "''",
  [`${ledger}: column("text", "text", (m) => m.text)`]: "''",
  [`${ledger}: column("reason", "text", (m) => m.reason)`]: "''",
  [`${ledger}: column("encoding", '"char"', (m) => encodingCode[m.encoding])`]: "'7'",
  [`${ledger}: column("segments", "smallint", (m) => m.segments)`]: "1",
  "server/bookings/list-store.ts: direction": "asc",
  "server/bookings/list-store.ts: beyond": ">",
  "server/bookings/workflows/workflow-problems.ts: field": "services",
  [`${workflows}/ahead.ts: await beingAhead(tx, workflow, timing, workspace, now)`]: "true",
  [`${workflows}/merge-moments.ts: ${states}`]: "'pending'",
  [`${workflows}/moments-store.ts: ${states}`]: "'pending'",
  "server/messages/send/recipients.ts: batch.recipients.contacts": "select id from contacts",
  "server/audience/count-segments.ts: String(fetched)": "1",
  "server/audience/count-segments.ts: name": "email",
  "server/audience/count-segments.ts: value": "email",
  "server/audience/missing-values.ts: lacks": "true",
  "server/audience/missing-values.ts: i": "0",
  "server/contacts/lists-store.ts: strength": "for update",
  "server/messages/purge-messages.ts: partition": "messages_other",
  [`${merge}: by`]: "mobile",
  "server/contacts/import/match-rows.ts: next.by": "mobile",
  "server/kit/count-tables.ts: table": "contacts",
  "server/contacts/import/check-import.ts: by": "email",
};

/** Statements that cannot be described before they run, by a part of their text. */
export const undescribed: [piece: string, reason: string][] = [
  ["from combinations", "a cursor that the transaction before it declares"],
  ["declare combinations", "its columns are the fields of a template, each of another name"],
];
