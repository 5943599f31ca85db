import type { subscription as en } from "../en/subscription.ts";
import type { Translation } from "../languages.ts";

export const subscription: Translation<typeof en> = {
  title: "Nuvarande abonnemang",
  terms:
    "{allowance, plural, one {# segment} other {# segment}} i månaden, förnyas den {renewal_day, selectordinal, one {#:a} other {#:e}} varje månad.",
  thisPeriod: "Den här perioden",
  details: "Detaljer",
  meter: "Använt av kvoten",
  meterText:
    "{used, number} använda och {reserved, number} reserverade av {allowance, number}; {remaining, number} återstår",
  segmentsLeft: "av {allowance, plural, one {# segment} other {# segment}} kvar",
  usedAndReserved: "{used, number} använda · {reserved, number} reserverade",
  renews: "Förnyas {date}",
  allowance: "Kvot",
  used: "Använt",
  reserved: "Reserverat",
  remaining: "Återstår",
  explain:
    "Ett segment är ett stycke av en text: 160 tecken ensamt, 153 i en längre. Reserverade segment hör till meddelanden i kö; det som aldrig skickas kommer tillbaka. Oanvända segment följer inte med till nästa period.",
  bySource: "Efter källa",
  sources: {
    campaign: "Kampanjer",
    workflow: "Arbetsflöden",
    dispatch: "Utskick",
    dialog: "Sms-dialog",
    inbox: "Inkorg",
    api: "API",
    test: "Provutskick",
    double_opt_in: "Bekräftelser av anmälningar",
    opt_out_confirmation: "Svar på STOPP",
    opt_in_confirmation: "Svar på START",
    help: "Svar på HJÄLP",
    carrier_test: "Testmeddelanden",
  },
  log: "Segmentlogg",
  logText:
    "En rad för varje del som har skickats till operatören, i den ordning som meddelandena lades i kö, den nyaste först.",
  logEmpty: "Inget har skickats ännu",
  logEmptyText: "Varje del som går ut får sin rad här.",
  submitted: "Skickat till operatören",
  to: "Till",
  segment: "Del",
  segmentOf: "{segment, number} av {of, number}",
  source: "Källa",
  change: "Ändra abonnemanget",
  changeTitle: "Ändra abonnemanget",
  allowanceHint: "Segment i månaden. Gäller genast.",
  allowanceWrong: "Ett heltal, 0 eller mer.",
  renewalDay: "Förnyelsedag",
  renewalDayHint: "Dag i månaden, från nästa period. Kortare månader förnyas på sin sista dag.",
  renewalDayWrong: "En dag från 1 till 31.",
};
