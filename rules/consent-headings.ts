/**
 * Columns of a file about consent, recognised by their headings in English, Norwegian, Swedish, Danish, German or Finnish and
 * as shops and mailing programs export them: "Accepts SMS Marketing" (Shopify), "SMS Marketing Consent" (Klaviyo),
 * "SMS_BLACKLISTED" (Brevo), "Unsubscribed from all email" (HubSpot), "UNSUB_TIME" (Mailchimp). A folded heading is in lower case
 * without spaces, punctuation and accents.
 */

export interface ConsentHeading {
  /** Whether a yes in the column grants or withholds consent. */
  field: "consent" | "opted_out";
  /** Such a heading is also used for other data ("Status"): only the cells can tell. */
  vague: boolean;
}

const either = (words: string) => `(?:${words.trim().split(/\s+/).join("|")})`;

/** Channels. */
const channel = either(`
  sms text texts textmessages? txt mobile mobil tekstiviestit? tekstiviesti e?mails? emails? epost eposten epostin? sahkoposti(?:n|a|t)? whatsapp`);
const marketing = either(`
  directmarketing marketing markedsforing(?:s|en)? markedsforings? marknadsforing(?:s|en)? reklame(?:n|r)? reklam(?:en)? werbung werbe(?:mails?)?
  suoramarkkinointi(?:a|n)? markkinointi(?:a|n)? newsletters? nyhetsbrev(?:et|en)? nyhedsbrev(?:et|e)? uutiskirje(?:et|en|ita)?`);
/** Words that mean marketing only together with a word of acceptance. */
const offers = either("news offers promotions promos tilbud erbjudanden utskick utsendelser angebote tarjouksia");
const joiner = either(
  "to the from all of for via by per til till fra fran fraan for pa av zu zum zur von vom fur fuer mot gegen alle ally",
);
const given = either("status state given gitt givet erteilt annettu");
const when = either("status date time at on dato datum pvm aika timestamp reason list liste campaigntitle campaignid");

/** Words of acceptance, with the person in front. */
const accepts = either(`
  accepts? accepted agreed agrees wants receives? gets godtar godkjenner aksepterer onsker vil vilha far mottar samtykker accepterar godkanner vill villha
  tar samtycker accepterer modtager samtykket erhalt mochte willigtein akzeptiert haluaa saa sallii hyvaksyy may can`);
const consent = either(`
  consents? consented permissions? optin optedin doubleoptin doubleoptedin singleoptin subscribed subscriptions? subscriber samtykke samtykket samtykker
  samtycke samtyckt tillatelse tilladelse tillstand tillatt tilladt einwilligung(?:en)? eingewilligt zustimmung zugestimmt einverstandnis erlaubnis
  erlaubt abonniert abonnement abonnert abonnerad abonnent pamelding pameldt pameld prenumererar prenumerant prenumeration tilmeldt tilmelding
  angemeldet lupa suostumus tilaus tilannut tilaaja`);

const out = either(`
  optout optouts optedout opts?out unsub unsubs unsubscribed? unsubscribes unsubscription blacklist blacklisted blocklist blocklisted blocked suppressed
  suppressions? dnc dnd donotcontact donotcall donottext donotsms donotemail donotmail donotmarket donotdisturb dontcontact donttext nocontact
  nomarketing nosms notexts nomail noemail withdrawn consentwithdrawn revoked
  avmeldt avmelding reservert reservasjon reserverad harreservertseg blokkert kontaktesikke skalikkekontaktes ikkekontakt ikkekontaktes ikkesms
  ikkereklame onskerikke onskerikkesms onskerikkereklame onskerikkekontakt ingensms ingenreklame villikkeha
  avregistrerad avanmald avanmalan avprenumererad avbojt tackatnej sparrad sparr kontaktaej kontaktainte ejkontakt ejsms ejreklam ejutskick
  ingetsms ingareklam villinte onskarinte nix
  afmeldt afmelding frameldt framelding frabedt kontaktikke maikkekontaktes skalikkekontaktes robinson robinsonliste robinsonlisten sparret
  abgemeldet abmeldung abbestellt werbesperre sperre sperrvermerk kontaktsperre gesperrt widerspruch werbewiderspruch widersprochen widerrufen
  nichtkontaktieren keinewerbung keinesms keinkontakt keinnewsletter robinsonlist
  markkinointikielto suoramarkkinointikielto kielto kontaktikielto eimarkkinointia eisuoramarkkinointia eisms eitekstiviesteja perunut peruutettu
  peruttu estetty alaotayhteytta eisaaottaayhteytta`);

const has = either("has have had is was er har ist hat on customer kunde kunden contact kontakt medlem user");
const around = `(?:${joiner}|${channel}|${marketing})`;

// The name of a list may follow: "Opted out of email: Marketing Information".
const optedOut = new RegExp(`^${has}?${around}{0,3}${out}(?:(?:${around}|${when}){0,4}|(?:of|from)${channel}[a-z]*)$`);
const allowed = new RegExp(
  `^(?:${has}?(?:${accepts}(?:${around}|${offers}){1,3}|${around}{0,3}${consent}(?:${around}|${offers}){0,3}|${channel}?${marketing}${channel}?)${given}?)$`,
);
const vague = new RegExp(
  `^(?:${either("status state subscriptionstatus memberstatus abonnementsstatus marketingcontactstatus")})$`,
);

/** What a folded heading means for consent; null where it means nothing. */
export function readConsentHeading(folded: string): ConsentHeading | null {
  if (optedOut.test(folded)) return { field: "opted_out", vague: false };
  if (vague.test(folded)) return { field: "consent", vague: true };
  return allowed.test(folded) ? { field: "consent", vague: false } : null;
}
