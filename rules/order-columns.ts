/**
 * The field of a column of orders, by its heading in English, Norwegian, Swedish or Danish, as ticket systems and people write it:
 * "Ordrenummer", "Biljettyp", "Antal", "Ticket holder email".
 */
import type { OrderImportField } from "../contract/order-imports.ts";
import { readHeading } from "./csv-columns.ts";
import { fold } from "./folding.ts";

const either = (words: string) => `(?:${words.trim().split(/\s+/).join("|")})`;

const order =
  either(`orders? order ordren ordrens? ordre ordernr bestillings? bestilling bestallnings? bestallning kjops? kjop kops? kop kobs? kob
  purchase transaksjons? transaktions? transaction kvitterings? kvittering receipt booking boknings? bokning`);
const id = either(
  "ids? uid no nr num number nummer nummeret numero code kode kod reference referanse referens reference ref referansenummer referensnummer",
);
const ticket = either(
  "tickets? ticket billetter billetten billet billett billetters? biljetter biljetten biljett biljet admission entrance inngang",
);
const type = either(
  "types? type typen typer typ kategori kategorien category class klasse klass name navn namn group gruppe grupp",
);
const buyer =
  either(`buyers? buyer purchasers? purchaser kjopers? kjoper kjoperens? kopares? kopare koparens? kobers? kober koberens? kunde kundens? kund kundens?
  customers? customer bestillers? bestiller bestallare bestallarens? orderedby betalers? betaler payer billing`);
const holder =
  either(`holders? holder ticketholders? ticketholder innehavers? innehaver innehavarens? innehavares? innehavare indehaverens? indehavers? indehaver billettinnehavers?
  billettinnehaver biljettinnehavarens? biljettinnehavares? biljettinnehavare billetindehaverens? billetindehavers? billetindehaver guests? guest gjests? gjest gjestens? gastens? gasts? gast gaestens? gaests? gaest
  attendees? attendee deltakers? deltaker deltakerens? deltagares? deltagare deltagers? deltager participants? participant besokares? besokare visitor`);

const full = either("names? name fullname navn navnet namn namnet heltnavn fulltnavn fuldtnavn");
const first = either("firstname first givenname fornavn fornamn");
const last = either("lastname last surname familyname etternavn efternavn efternamn");
const mobile =
  either(`mobiles? mobile mobil mobilnummer mobilnr mobiltelefon mobileno mobilenumber phone phones? phoneno phonenumber telephone telefon
  telefonnummer telefonnr tlf tlfnr tlfnummer tel cell cellphone`);
const email = either(
  "emails? email emailaddress epost epostadresse epostadress mail mailadresse mailadress emailadresse",
);

const sure: [OrderImportField, string][] = [
  ["holder_first_name", `${holder}${first}`],
  ["holder_last_name", `${holder}${last}`],
  ["holder_mobile", `${holder}${mobile}`],
  ["holder_email", `${holder}${email}`],
  ["holder_name", `${holder}${full}?`],
  ["first_name", `${buyer}${first}`],
  ["last_name", `${buyer}${last}`],
  ["mobile", `${buyer}${mobile}`],
  ["email", `${buyer}${email}`],
  ["full_name", `${buyer}${full}?`],
  [
    "bought_at",
    `${order}?${either(`boughtat bought purchasedat purchased purchasedate orderedat ordered createdat created kjopt kjoptdato kopt kopdatum kobt kobsdato dato datum date
      dateandtime tidspunkt tidpunkt time tid bestilt bestalld opprettet skapad oprettet`)}`,
  ],
  [
    "quantity",
    `${either("quantity qty antall antal count stk pieces units numberof")}${ticket}?|${ticket}${either("count quantity antall antal")}`,
  ],
  [
    "price",
    `${ticket}?${either("price priceper unitprice pris prisen enhetspris styckpris stykpris prisperstk prisprstk amount belop belopet belob belopp face facevalue")}${ticket}?`,
  ],
  ["status", `(?:${order}|${ticket}|payment|betalings?|betalnings?)?${either("status statusen state tilstand")}`],
  [
    "product",
    `${either(`products? product produkter produktet produkten produkt varer varen vare varor varan vara merchandise merch artikler artikel artikkel addons? addon extras? extra
      tillegg tillval tilvalg tilleggsprodukt tillaggsprodukt tillaegsprodukt`)}(?:name|navn|namn)?`,
  ],
  [
    "ticket_type",
    `${ticket}${type}?|${either("category kategori priskategori prisgruppe prisgrupp pricecategory pricelevel seating section")}`,
  ],
  [
    "order",
    `${order}(?:s?${id})?|${either("reference referanse referens ref confirmation bekreftelsesnummer bekraftelsenummer")}${id}?`,
  ],
  ["locale", either("language languages? lang locale sprak sprog spraket sproget")],
];

const meanings = sure.map(([field, pattern]) => ({ field, pattern: new RegExp(`^(?:${pattern})$`) }));

/** Longer cells are texts and not headings. */
const longest = 60;

/** What a heading says about the order, its buyer or a holder, or null. */
export function readOrderHeading(heading: string): OrderImportField | null {
  if (heading.length > longest) return null;
  const word = folded(heading);
  return meaningOf(word) ?? (heading.includes("(") ? meaningOf(folded(heading.replace(/\([^)]*\)/g, ""))) : null);
}

/** Whether a cell is a heading of such a file. */
export const isOrderHeading = (cell: string): boolean => readOrderHeading(cell) !== null || readHeading(cell) !== null;

const meaningOf = (word: string): OrderImportField | null =>
  meanings.find(({ pattern }) => pattern.test(word))?.field ?? null;

const folded = (heading: string) => fold(heading).replace(/[^a-z0-9]/g, "");
