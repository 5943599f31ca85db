import type { subscription as en } from "../en/subscription.ts";
import type { Translation } from "../languages.ts";

export const subscription: Translation<typeof en> = {
  title: "Gjeldende abonnement",
  terms:
    "{allowance, plural, one {# segment} other {# segmenter}} i måneden, fornyes den {renewal_day, selectordinal, other {#.}} hver måned.",
  thisPeriod: "Denne perioden",
  details: "Detaljer",
  meter: "Brukt av kvoten",
  meterText:
    "{used, number} brukt og {reserved, number} reservert av {allowance, number}; {remaining, number} gjenstår",
  segmentsLeft: "av {allowance, plural, one {# segment} other {# segmenter}} igjen",
  usedAndReserved: "{used, number} brukt · {reserved, number} reservert",
  renews: "Fornyes {date}",
  allowance: "Kvote",
  used: "Brukt",
  reserved: "Reservert",
  remaining: "Gjenstår",
  explain:
    "Et segment er ett stykke av en tekst: 160 tegn alene, 153 i en lengre. Reserverte segmenter tilhører meldinger som står i kø; det som aldri blir sendt, kommer tilbake. Ubrukte segmenter overføres ikke.",
  bySource: "Etter kilde",
  sources: {
    campaign: "Kampanjer",
    workflow: "Arbeidsflyter",
    dispatch: "Utsendinger",
    dialog: "SMS-dialog",
    inbox: "Innboks",
    api: "API",
    test: "Prøveutsendinger",
    double_opt_in: "Bekreftelser av påmeldinger",
    opt_out_confirmation: "Svar på STOPP",
    opt_in_confirmation: "Svar på START",
    help: "Svar på HJELP",
    carrier_test: "Testmeldinger",
  },
  log: "Segmentlogg",
  logText:
    "Én linje for hvert segment som er sendt til operatøren, i den rekkefølgen meldingene ble lagt i kø, nyeste først.",
  logEmpty: "Ingenting er sendt ennå",
  logEmptyText: "Hvert segment som går ut, får sin linje her.",
  submitted: "Sendt til operatøren",
  to: "Til",
  segment: "Del",
  segmentOf: "{segment, number} av {of, number}",
  source: "Kilde",
  change: "Endre abonnementet",
  changeTitle: "Endre abonnementet",
  allowanceHint: "Segmenter i måneden. Gjelder med en gang.",
  allowanceWrong: "Et helt tall, 0 eller mer.",
  renewalDay: "Fornyelsesdag",
  renewalDayHint: "Dag i måneden, fra neste periode. Kortere måneder fornyes på sin siste dag.",
  renewalDayWrong: "En dag fra 1 til 31.",
};
