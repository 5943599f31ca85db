/** What stands for expressions of statements that only the running program knows. */
const search = "server/contacts/search-contacts.ts";
const ledger = "server/messages/messages-store.ts";
const merge = "server/contacts/merge-chunk.ts";
/** By the file of the statement and their own text. */
export const given: Record<string, string> = {
  [`${search}: matchesOf(scope).map(branch)`]: "(select id from contacts)",
  [`${search}: await scopeOf(tx, workspaceId, ranges, search.list ?? null)`]: "true",
  [`${search}: matchesOf(scope).map((matches) => sql\`(\${matches} limit \${upTo + 1})\`)`]:
    "(select id from contacts)",
  [`${search}: scope.ranges.map(branch)`]: "(select id from contacts)",
  [`${search}: scope.ranges ?? []`]: "true",
  [`${merge}: assignments.join(", ")`]: "phone = coalesce(s.phone, c.phone)",
  [`${merge}: differences.join(" or ")`]: "s.phone <> c.phone",
  "server/messages/queue-store.ts: answersToHandset.map((type) => `'${type}'`).join(\", \")": "'api'",
  "server/messages/recipients.ts: column": "email",
  [`${ledger}: from()`]: "unnest(array[1]) as u",
  [`${ledger}: key("id", "uuid", (m) => m.id)`]: "gen_random_uuid()",
  [`${ledger}: column("contact_id", "uuid", (m) => m.contact_id)`]: "null::uuid",
  [`${ledger}: column("number", "text", (m) => m.number)`]: "''",
  [`${ledger}: column("text", "text", (m) => m.text)`]: "''",
  [`${ledger}: column("reason", "text", (m) => m.reason)`]: "''",
  [`${ledger}: column("encoding", '"char"', (m) => encodingCode[m.encoding])`]: "'7'",
  [`${ledger}: column("segments", "smallint", (m) => m.segments)`]: "1",
  "server/messages/recipients.ts: batch.recipients.contacts": "select id from contacts",
  "server/campaigns/count-segments.ts: String(fetched)": "1",
  "server/campaigns/count-segments.ts: name": "email",
  "server/campaigns/count-segments.ts: value": "email",
  "server/contacts/lists-store.ts: strength": "for update",
  "server/messages/retire-messages.ts: partition": "messages_other",
  [`${merge}: next.by`]: "mobile",
};
