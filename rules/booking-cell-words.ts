/** Words in cells of a file of bookings, in English, Norwegian, Swedish, Danish and some of German: statuses, payments and languages. */
import type { BuiltInStatus } from "../contract/booking-places.ts";
import type { Payment } from "../contract/bookings.ts";
import type { Language } from "../contract/shapes.ts";
import { statusInWords } from "./booking-status-words.ts";
import { fold } from "./folding.ts";

// Words as `plain` makes them: without accents, spaces and punctuation.
const statuses: Record<BuiltInStatus, string> = {
  pending: `pending unconfirmed notconfirmed awaiting requested tentative foresporsel venter avventer ventende ikkebekreftet ubekreftet
    obekraftad vantar vantande forfragan ubekraeftet afventer ikkebekraeftet foresporgsel ausstehend`,
  confirmed: `confirmed booked active accepted approved scheduled ok new bekreftet booket bestilt godkjent aktiv ny bekraftad bokad godkand
    bekraeftet godkendt bestatigt gebucht`,
  rejected: "rejected declined refused avslatt avvist avbojd avslagen nekad afvist afslaet abgelehnt",
  cancelled: `cancelled canceled cancellation deleted kansellert avbestilt avlyst slettet avbokad avbestalld installd raderad aflyst annulleret
    afbestilt afmeldt slettet storniert abgesagt`,
  completed: `completed complete done finished attended arrived showedup fulfilled checkedout gjennomfort fullfort ferdig utfort mott oppmott
    genomford slutford klar avslutad gennemfort faerdig afsluttet fuldfort modt abgeschlossen erledigt`,
  no_show: `noshow noshows missed didnotshow didnotattend absent ikkemott mottikke ikkeoppmott uteblitt utebliven uteblev kominte udeblevet
    udeblev ikkemodt modteikke nichterschienen`,
};

const payments: Record<Payment, string> = {
  none: "none free notapplicable na ingen gratis kostnadsfri",
  due: `due unpaid notpaid outstanding open owing no false n nei nej ubetalt ikkebetalt utestaende apen obetald ejbetald utestaaende ikkebetalt
    udestaende offen unbezahlt`,
  paid: "paid paidinfull settled yes true y x ja betalt betald oppgjort betalad bezahlt",
  refunded: "refunded refund refundert tilbakebetalt aterbetald aterbetalad refunderet tilbagebetalt erstattet",
};

const spoken: Record<string, string> = {
  nb: "norsk norwegian bokmal norska norweger norwegisch no",
  nn: "nynorsk",
  sv: "svensk svenska swedish schwedisch se",
  da: "dansk danska danish danisch dk",
  en: "engelsk engelska english englisch",
  de: "tysk tyska german deutsch",
  fi: "finsk finska finnish suomi finnisch",
  pl: "polsk polska polish polski",
  fr: "fransk franska french francais",
  es: "spansk spanska spanish espanol",
};

const byWord = <Meaning extends string>(words: Record<Meaning, string>): ReadonlyMap<string, Meaning> =>
  new Map(
    (Object.keys(words) as Meaning[]).flatMap((meaning) =>
      [plain(meaning), ...words[meaning].trim().split(/\s+/)].map((word) => [word, meaning] as const),
    ),
  );

const plain = (cell: string): string => fold(cell).replace(/[^\p{L}\p{N}]/gu, "");

const languages = ["en", "nb", "sv", "da"] as const satisfies readonly Language[];
const statusWords = new Map(byWord(statuses));
for (const status of Object.keys(statuses) as BuiltInStatus[])
  for (const language of languages) statusWords.set(plain(statusInWords(status, language)), status);
const paymentWords = byWord(payments);
const languageWords = byWord(spoken);

/** The built-in status that a word means, or null. */
export const readStatusWord = (cell: string): BuiltInStatus | null => statusWords.get(plain(cell)) ?? null;

/** What a word says about the payment, or null. */
export const readPaymentWord = (cell: string): Payment | null => paymentWords.get(plain(cell)) ?? null;

/** A language by its name, as a tag of BCP 47, or null. */
export const readLanguageWord = (cell: string): string | null => languageWords.get(plain(cell)) ?? null;
