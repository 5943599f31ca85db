/** GET /b/<code>, the page of a booking, and GET /b/<code>.ics for a calendar. Public, and outside of /api. Both change nothing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sql } from "kysely";
import type { Language } from "../../contract/shapes.ts";
import type { Reader } from "../../rules/booking-values.ts";
import { languageOf } from "../../rules/reader-locale.ts";
import { unknownPreferences } from "../consent/preference-page.ts";
import type { Tx } from "../kit/db.ts";
import { acceptedLanguage, privatePageHeaders } from "../kit/public-page.ts";
import { sendPrivatePage } from "../kit/send-page.ts";
import { getWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import { bookingPage } from "./booking-page.ts";
import type { Booking } from "./booking.ts";
import { entryForCustomer } from "./calendar-entries.ts";
import { selectStartBefore } from "./history-store.ts";
import { calendarOf } from "./icalendar.ts";
import { isManageCode } from "./manage-links.ts";
import { loadBookings } from "./present-booking.ts";
import type { PublicServices } from "./public-services.ts";

type Asked = FastifyRequest<{ Params: { code: string } }>;

export function serveBookingPage(app: FastifyInstance, services: PublicServices): void {
  const { db, clock, links, pageHeaders, countVisit } = services;

  app.get("/b/:code", { config: { ownHeaders: true } }, async (request: Asked, reply) => {
    await countVisit(request);
    const [, code = "", suffix] = /^([^.]*)(\.ics)?$/.exec(request.params.code) ?? [];
    const found = isManageCode(code) ? await db.asSystem((tx) => findByManageCode(tx, code)) : null;
    const opened = found && (await db.inWorkspace(found.workspace_id, (tx) => open(tx, found.workspace_id, found.id)));
    if (!opened) {
      const language = acceptedLanguage(request.headers["accept-language"]) ?? "en";
      return sendPrivatePage(reply.code(404), pageHeaders, language, unknownPreferences(language));
    }
    const { booking, workspace, startBefore } = opened;
    const { language, reader } = readerOf(request, booking, workspace);
    const business = workspace.name;
    if (suffix) return sendCalendar(reply, booking, business, language);
    const page = bookingPage(language, booking, reader, { business, links, now: clock.now(), startBefore });
    return sendPrivatePage(reply, pageHeaders, language, page);
  });

  function sendCalendar(reply: FastifyReply, booking: Booking, business: string, language: Language) {
    return reply
      .headers({ ...pageHeaders, ...privatePageHeaders })
      .header("content-disposition", `attachment; filename="${booking.reference}.ics"`)
      .type("text/calendar; charset=utf-8")
      .send(calendarOf([entryForCustomer(booking, links, { business, language })], { language }));
  }
}

async function open(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<{ booking: Booking; workspace: WorkspaceRow; startBefore: Date | null } | null> {
  const [booking] = await loadBookings(tx, workspaceId, [id]);
  if (!booking) return null;
  const startBefore = await selectStartBefore(tx, workspaceId, id);
  return { booking, workspace: await getWorkspace(tx, workspaceId), startBefore };
}

/** Which booking a code leads to, of all workspaces. Needs a transaction of the system. */
async function findByManageCode(tx: Tx, code: string): Promise<{ workspace_id: string; id: string } | null> {
  const { rows } = await sql<{ workspace_id: string; id: string }>`
    select workspace_id, id from bookings where manage_code = ${code} limit 1`.execute(tx);
  return rows[0] ?? null;
}

/** The booking's language, else the customer's, the browser's, the workspace's. */
function readerOf(
  request: FastifyRequest,
  { locale, customer, attendees }: Booking,
  { language: ofWorkspace, country }: WorkspaceRow,
): { language: Language; reader: Reader } {
  const own = [locale, customer?.locale].find((each) => each && languageOf(each)) ?? null;
  const language =
    (own === null ? null : languageOf(own)) ?? acceptedLanguage(request.headers["accept-language"]) ?? ofWorkspace;
  // Where several come, whoever opens the page may be in another zone than the customer.
  const time_zone = attendees.length === 0 ? (customer?.time_zone ?? null) : null;
  return { language, reader: { locale: own ?? language, time_zone, language, country } };
}
