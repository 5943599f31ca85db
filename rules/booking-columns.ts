/**
 * The field of a column of bookings, by its heading in English, Norwegian, Swedish or Danish, as booking systems and people write it:
 * "Starttid", "Appointment date", "Behandler", "Varaktighet (min)". What the columns of people are called is in csv-columns.ts.
 */
import type { BookingImportField } from "../contract/booking-imports.ts";
import { type Heading, readHeading } from "./csv-columns.ts";
import { fold } from "./folding.ts";

const either = (words: string) => `(?:${words.trim().split(/\s+/).join("|")})`;

const booking = either(`
  bookings? booking bookingen bokning boknings? bokningens? bokningen bestilling bestillings? bestillingen appointments? appt reservations? reservasjons?
  reservasjon reservation avtale avtales? avtalen aftale aftalens? aftalen besoks? besok time timens? event termin visit session`);
const id = either(
  "id ids uid no nr num number nummer numero code kode kod reference referanse referens reference ref key",
);

const sure: [BookingImportField, string][] = [
  ["external_id", `(?:${booking}?${id}|externalid|eksternid|externtid|externid|eksternt?${id})`],
  [
    "start",
    `${booking}?(?:${either(`start starts startsat startat starttime starttid starttidspunkt starttidpunkt startdatetime startdateandtime startdatotid begin begins
      beginning begynner borjar begynder fra fran from datetime dateandtime datoogtid datotid datoogklokkeslett datumochtid datumtid
      tidspunkt tidpunkt`)})|when|nar|hvornar|naar`,
  ],
  [
    "end",
    `${booking}?${either(`end ends endsat endat endtime enddatetime enddate slutt slutter slut slutar slutter sluttid sluttidspunkt sluttidpunkt
      sluttdato slutdato slutdatum til till to until ferdig finish finishes`)}`,
  ],
  ["date", `${booking}?(?:start)?${either("date dato datum day dag startdate startdato startdatum")}`],
  [
    "time",
    `${booking}?${either("time tid klokkeslett klokken klokka klokkeslet klockslag klockan kl clock timeofday hour")}`,
  ],
  [
    "duration",
    `${booking}?${either("duration length varighet varaktighet lengde langd laengde varighed minutes minutter minuter mins min tidsbruk")}(?:i|in)?${either("minutes minutter minuter min mins hours timer timmar")}?`,
  ],
  [
    "service",
    `${booking}?${either(`services? service servicename tjenester? tjenesten tjeneste tjenestenavn tjanster? tjansten tjanst ydelser? ydelsen ydelse
      behandlinger? behandlingen behandling behandlingstype behandlingar treatments? treatment eventtype appointmenttype bookingtype bokningstyp
      bestillingstype avtaletype timetype produkt product kurs course aktivitet activity`)}(?:name|navn|namn|type|typ)?`,
  ],
  [
    "location",
    `${either(`locations? location locationname sted stedet avdeling avdelingen afdeling afdelingen salong salongen salon lokasjon lokale plats platsen lokal
      avdelning avdelningen klinikk klinikken klinik klinikken branch office site venue place butikk butik filial kontor`)}(?:name|navn|namn)?`,
  ],
  [
    "resources",
    `${either(`resources? resource ressurser? ressursen ressurs ressourcer? ressource resurser? resursen resurs employees? employee employeename staff
      staffmember staffname staffmembers ansatte? ansatt medarbeidere? medarbeider medarbetare medarbejdere? medarbejder behandlere? behandler
      behandlare frisor frisoren frisorer frisorens? therapist practitioner provider stylist doctor dentist terapeut terapeuten lege tannlege
      instruktor instructor teacher laerer larare host vert rom room rum chair stol calendar kalender assignedto utfores utforesav personale
      personell personal`)}(?:name|navn|namn)?`,
  ],
  ["status", `${booking}?${either("status state tilstand statusen")}`],
  [
    "payment",
    `${either("payment payments paymentstatus paid betaling betalingsstatus betalt betalning betalningsstatus betald betalingstatus ispaid")}`,
  ],
  [
    "notes",
    `${booking}?(?:customer|kunde|kund|kundens)?${either(`notes? note notater? notat merknad merknader kommentarer? kommentar kommentarer comments? comment
      anteckningar? anteckning noter bemaerkning bemaerkninger bemerkning bemerkninger anmarkning description beskrivelse beskrivning message melding`)}`,
  ],
];

const meanings = sure.map(([field, pattern]) => ({ field, pattern: new RegExp(`^(?:${pattern})$`) }));

/** Longer cells are texts and not headings. */
const longest = 60;

/** What a heading says about the booking itself, or null. */
export function readBookingHeading(heading: string): BookingImportField | null {
  if (heading.length > longest) return null;
  const word = folded(heading);
  return meaningOf(word) ?? (heading.includes("(") ? meaningOf(folded(heading.replace(/\([^)]*\)/g, ""))) : null);
}

/** Whether a cell is a heading of such a file. */
export const isHeading = (cell: string): boolean => readBookingHeading(cell) !== null || readHeading(cell) !== null;

/** Fields of people that a file of bookings may have. */
export const personFields = [
  "first_name",
  "last_name",
  "full_name",
  "mobile",
  "phone",
  "email",
  "locale",
] as const satisfies readonly (BookingImportField & Heading["field"])[];

const meaningOf = (word: string): BookingImportField | null =>
  meanings.find(({ pattern }) => pattern.test(word))?.field ?? null;

const folded = (heading: string) => fold(heading).replace(/[^a-z0-9]/g, "");
