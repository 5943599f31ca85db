/** Headings and cells of files of orders, as ticket systems and people write them. */
import { expect, test } from "vitest";
import { readAmount, readCount, readOrderStatus } from "./order-cell-words.ts";
import { readOrderHeading } from "./order-columns.ts";

test.each([
  [
    "order",
    "Order|Order no.|Ordrenr|Ordernummer|Bestillings-ID|Transaction ID|Kvitteringsnummer|Booking reference|Order #",
  ],
  ["ticket_type", "Ticket|Ticket type|Billettype|Billettkategori|Biljettyp|Biljettkategori|Billet|Priskategori"],
  ["product", "Product|Produkt|Vare|Tillval|Tilvalg|Merchandise"],
  ["quantity", "Qty|Antall|Antal|Antall billetter|Antal biljetter|Ticket quantity"],
  ["price", "Price|Pris|Beløp|Belopp|Ticket price|Unit price|Styckpris"],
  ["status", "Status|Ordrestatus|Order status|Payment status|Betalingsstatus"],
  ["bought_at", "Order date|Kjøpsdato|Köpdatum|Købsdato|Orderdatum|Created at|Bestilt"],
  ["full_name", "Buyer|Kjøper|Köpare|Køber|Customer name|Kundens navn"],
  ["email", "Buyer e-mail|Køberens e-mail|Kundens e-postadresse"],
  ["mobile", "Buyer phone|Kjøpers mobil|Köparens telefonnummer"],
  ["holder_name", "Holder|Ticket holder|Attendee name|Deltaker|Biljettinnehavare|Gæst"],
  ["holder_email", "Attendee email|Deltakers e-post|Gæstens e-mail"],
  ["holder_mobile", "Attendee mobile|Deltaker mobil|Innehavarens mobilnummer"],
  ["holder_first_name", "Attendee first name|Deltaker fornavn|Gäst förnamn"],
] as const)("%s is the field of %s", (field, headings) => {
  for (const heading of headings.split("|")) expect([heading, readOrderHeading(heading)]).toEqual([heading, field]);
});

test.each(["Seat", "Row", "Total fees", "Notes", "", "x".repeat(61)])("%j says nothing", (heading) => {
  expect(readOrderHeading(heading)).toBeNull();
});

test.each([
  ["350", 350],
  ["350,00", 350],
  ["349.5", 349.5],
  ["1 350,50", 1350.5],
  ["1.350,50", 1350.5],
  ["1,350.50", 1350.5],
  ["1.350", 1350],
  ["kr 350,-", 350],
  ["NOK 350", 350],
  ["350 kr", 350],
  ["0", 0],
  ["free", null],
  ["-5", null],
  ["1.2.3", null],
  ["", null],
  ["0x10", null],
  ["1e3", null],
])("the amount %j is %j", (cell, amount) => {
  expect(readAmount(cell)).toBe(amount);
});

test.each([
  ["2", 2],
  ["2.0", 2],
  ["2 stk.", 2],
  ["2,5", null],
  ["-1", null],
  ["two", null],
])("the count %j is %j", (cell, count) => {
  expect(readCount(cell)).toBe(count);
});

test.each([
  ["Betalt", "paid"],
  ["COMPLETED", "paid"],
  ["Återbetald", "refunded"],
  ["Ej betald", "pending"],
  ["Avbokad", "cancelled"],
  ["annulleret", "cancelled"],
  ["Utgått", "expired"],
  ["Gone", null],
] as const)("the status %j is %j", (cell, status) => {
  expect(readOrderStatus(cell)).toBe(status);
});
