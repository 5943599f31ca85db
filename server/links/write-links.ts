/** Writes the short links of texts, in the transaction that writes the texts. */
import { sql } from "kysely";
import type { RenderedLink } from "../../rules/render-text.ts";
import { writeCode } from "../../rules/short-link-code.ts";
import type { Tx } from "../kit/db.ts";
import { namedId } from "../kit/id.ts";
import { pipelined } from "../kit/prepared.ts";
import type { ShortLinks } from "./short-links.ts";

/** A source of texts that has an id. */
interface LinkSource {
  type: string;
  id: string;
  at: Date;
}

/** A message's short link before it is written. */
export interface NewShortLink {
  link_id: string;
  code: bigint;
  /** As written in the source's text. */
  written: string;
  /** Where this recipient's leads; null: to `written`. */
  url: string | null;
}

/** Puts a message's own short links into its rendered text. */
export function shortenText(
  { base, codeOf }: ShortLinks,
  source: LinkSource,
  messageId: string,
  rendered: { text: string; links: readonly RenderedLink[] },
): { text: string; links: NewShortLink[] } {
  let { text } = rendered;
  const links = rendered.links.map(({ url, target, filler }): NewShortLink => {
    const link_id = linkIdOf(source, url);
    const code = codeOf(messageId, link_id);
    text = text.replaceAll(filler, base + writeCode(code));
    return { link_id, code, written: url, url: target };
  });
  return { text, links };
}

const linkIdOf = ({ type, id, at }: LinkSource, url: string) => namedId(at, `link:${type}:${id}:${url}`);

/** Writes the short links of messages that were written just now. */
export async function insertShortLinks(
  tx: Tx,
  workspaceId: string,
  source: LinkSource,
  messages: readonly { id: string; links?: readonly NewShortLink[] | undefined }[],
): Promise<void> {
  const rows = messages.flatMap(({ id, links = [] }) => links.map((link) => ({ message_id: id, ...link })));
  if (rows.length === 0) return;
  const written = new Map(rows.map((row) => [row.link_id, row.written]));
  await pipelined(
    tx,
    () => insertLinks(tx, workspaceId, source, written),
    () =>
      sql`
      insert into short_links (workspace_id, message_id, link_id, code, url)
      select w.workspace_id, u.message_id, u.link_id, u.code, u.url
      from workspaces w, unnest(${rows.map((row) => row.message_id)}::uuid[], ${rows.map((row) => row.link_id)}::uuid[],
        ${rows.map((row) => String(row.code))}::bigint[], ${rows.map((row) => row.url)}::text[])
        as u (message_id, link_id, code, url)
      where w.workspace_id = ${workspaceId}::uuid
      on conflict do nothing`.execute(tx),
  );
}

async function insertLinks(tx: Tx, workspaceId: string, source: LinkSource, urls: ReadonlyMap<string, string>) {
  // Sorted, so that two transactions never deadlock.
  const sorted = [...urls].sort(([a], [b]) => (a < b ? -1 : 1));
  await sql`
    insert into links (workspace_id, id, source_type, source_id, url, created_at)
    select w.workspace_id, u.id, ${source.type}, ${source.id}::uuid, u.url, ${source.at}::timestamptz
    from workspaces w, unnest(${sorted.map(([id]) => id)}::uuid[], ${sorted.map(([, url]) => url)}::text[]) as u (id, url)
    where w.workspace_id = ${workspaceId}::uuid
    on conflict do nothing`.execute(tx);
}
