/** The mails about alerts: a title and a short text for each kind, in four languages. */
import type { Alert, AlertKind } from "../../contract/alerts.ts";
import type { Language } from "../../contract/shapes.ts";
import type { Mail } from "../kit/mail.ts";

/** A mail about these alerts, at least one; `link` leads to the list of all. */
export function alertsMail(
  about: { to: string; workspace: string; language: Language; time_zone: string; link: string },
  alerts: readonly Alert[],
): Mail {
  const { to, workspace, language, time_zone: timeZone, link } = about;
  const words = texts[language];
  const locale = locales[language];
  const format: Format = {
    number: (n) => new Intl.NumberFormat(locale).format(n),
    percent: (rate) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(rate),
    time: (at) =>
      new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "medium", timeStyle: "short" }).format(new Date(at)),
  };
  const entries = alerts.map((alert) => words.alerts[alert.kind](alert.params as never, format));
  const [first] = entries;
  if (!first) throw new Error("a mail of no alert");
  const subject = entries.length === 1 ? first.title : words.several(entries.length);
  const body = entries.map(({ title, text }) => `${title}\n${text}`).join("\n\n");
  return { to, subject: `${workspace}: ${subject}`, text: `${body}\n\n${words.more}\n${link}\n` };
}

/** Days before months, and 24 hours a day. */
const locales: Record<Language, string> = { en: "en-GB", nb: "nb-NO", sv: "sv-SE", da: "da-DK" };

interface Format {
  number(n: number): string;
  percent(rate: number): string;
  time(at: string): string;
}
interface Entry {
  title: string;
  text: string;
}
type Params<K extends AlertKind> = Extract<Alert, { kind: K }>["params"];
interface Words {
  several(n: number): string;
  more: string;
  alerts: { [K in AlertKind]: (params: Params<K>, format: Format) => Entry };
}

const en: Words = {
  several: (n) => `${n} things need a look`,
  more: "How it stands now:",
  alerts: {
    carrier_down: ({ carrier, since, reason, last_error }, f) => ({
      title: `The carrier ${carrier.name} is down`,
      text: `${reason === "no_worker" ? "No worker has been connected to it" : "It has not been connected"} since ${f.time(since)}. Texts wait and go out by themselves once it is back.${last_error ? ` It said last: ${last_error}` : ""}`,
    }),
    lane_stalled: ({ sender, since, waiting, reason, campaign }, f) => ({
      title: `Texts from ${sender.address} do not go out`,
      text: `When this was noticed, ${f.number(waiting)} were waiting, and none had gone since ${f.time(since)}. ${{ no_worker: "Nobody serves them: no worker process runs, or all are busy.", carrier_off: "The sender’s carrier is disabled.", carrier_down: "The sender’s carrier is not connected.", no_progress: "They are offered to the carrier, and it takes none." }[reason]}${campaign ? ` Next in line: the campaign “${campaign.name}”.` : ""} They go on by themselves once they can.`,
    }),
    campaign_stalled: ({ campaign, since }, f) => ({
      title: `The campaign “${campaign.name}” does not move`,
      text: `Nothing has happened to it since ${f.time(since)}. It is taken up again by itself.`,
    }),
    error_rate: ({ minutes, texts: all, errors, rate, usual_rate }, f) => ({
      title: `Unusually many texts fail: ${f.percent(rate)}`,
      text: `${f.number(errors)} of ${f.number(all)} texts of ${minutes} minutes failed.${usual_rate === null ? "" : ` Usual is ${f.percent(usual_rate)}.`}`,
    }),
    quota: ({ threshold, allowance, used, reserved, period_end }, f) => ({
      title: threshold === 100 ? "The quota is used up" : `${threshold} % of the quota is used or reserved`,
      text: `${f.number(used)} of ${f.number(allowance)} segments are used, and ${f.number(reserved)} are reserved for texts that wait. The period ends ${f.time(period_end)}.`,
    }),
    quota_skipped: ({ texts: skipped, allowance, remaining, period_end }, f) => ({
      title: "Texts were not sent for lack of quota",
      text: `${skipped === 1 ? "One text was" : `${f.number(skipped)} texts were`} skipped within ten minutes, because only ${f.number(remaining)} of the period’s ${f.number(allowance)} segments were left. What was skipped is not sent later. The period ends ${f.time(period_end)}.`,
    }),
    webhook_disabled: ({ webhook, since }, f) => ({
      title: "A webhook was disabled",
      text: `${webhook.url} has taken nothing since ${f.time(since)}. Enable it again when it works.`,
    }),
    work_overdue: ({ work, since }, f) => ({
      title: "Planned work is late",
      text: `What was due at ${f.time(since)} has not been done (${work}). Either no worker process runs, or it fails each time: the log says why. It goes on by itself.`,
    }),
    possible_opt_outs: ({ since, waiting }, f) => ({
      title: waiting === 1 ? "A reply looks like an opt-out" : "Replies look like opt-outs",
      text: `${waiting === 1 ? "A reply looks like an opt-out and waits" : `${f.number(waiting)} replies look like opt-outs and wait`} for somebody to decide, the oldest since ${f.time(since)}. Until then whoever wrote it keeps getting texts.`,
    }),
    quiet_hours: ({ enabled, reason }) => ({
      title: enabled ? "Quiet hours are on" : "Quiet hours are off",
      text:
        reason === "switched_on"
          ? "With the first carrier, quiet hours were switched on: marketing texts wait for the hours of the recipient’s country. Under Settings → Quiet hours you can change the hours or switch them off."
          : "Varsla can keep marketing texts back until the hours of the recipient’s country. Because this workspace was sending already, nothing was changed. Switch it on under Settings → Quiet hours, or leave it off there.",
    }),
  },
};

const nb: Words = {
  several: (n) => `${n} ting trenger et blikk`,
  more: "Slik står det til nå:",
  alerts: {
    carrier_down: ({ carrier, since, reason, last_error }, f) => ({
      title: `Operatøren ${carrier.name} er nede`,
      text: `${reason === "no_worker" ? "Ingen arbeiderprosess har vært tilkoblet" : "Den har ikke vært tilkoblet"} siden ${f.time(since)}. Meldingene venter og går ut av seg selv når forbindelsen er tilbake.${last_error ? ` Siste melding derfra: ${last_error}` : ""}`,
    }),
    lane_stalled: ({ sender, since, waiting, reason, campaign }, f) => ({
      title: `Meldinger fra ${sender.address} går ikke ut`,
      text: `Da dette ble oppdaget, ventet ${f.number(waiting)}, og ingen var sendt siden ${f.time(since)}. ${{ no_worker: "Ingen betjener dem: ingen arbeiderprosess kjører, eller alle er opptatt.", carrier_off: "Avsenderens operatør er slått av.", carrier_down: "Avsenderens operatør er ikke tilkoblet.", no_progress: "De tilbys operatøren, men den tar ikke imot noen." }[reason]}${campaign ? ` Neste i køen: kampanjen «${campaign.name}».` : ""} De fortsetter av seg selv når de kan.`,
    }),
    campaign_stalled: ({ campaign, since }, f) => ({
      title: `Kampanjen «${campaign.name}» står stille`,
      text: `Ingenting har skjedd med den siden ${f.time(since)}. Den tas opp igjen av seg selv.`,
    }),
    error_rate: ({ minutes, texts: all, errors, rate, usual_rate }, f) => ({
      title: `Uvanlig mange meldinger feiler: ${f.percent(rate)}`,
      text: `${f.number(errors)} av ${f.number(all)} meldinger på ${minutes} minutter feilet.${usual_rate === null ? "" : ` Det vanlige er ${f.percent(usual_rate)}.`}`,
    }),
    quota: ({ threshold, allowance, used, reserved, period_end }, f) => ({
      title: threshold === 100 ? "Kvoten er brukt opp" : `${threshold} % av kvoten er brukt eller reservert`,
      text: `${f.number(used)} av ${f.number(allowance)} segmenter er brukt, og ${f.number(reserved)} er reservert til meldinger som venter. Perioden slutter ${f.time(period_end)}.`,
    }),
    quota_skipped: ({ texts: skipped, allowance, remaining, period_end }, f) => ({
      title: "Meldinger ble ikke sendt fordi kvoten ikke strakk til",
      text: `${skipped === 1 ? "Én melding ble" : `${f.number(skipped)} meldinger ble`} hoppet over i løpet av ti minutter, fordi bare ${f.number(remaining)} av periodens ${f.number(allowance)} segmenter var igjen. Det som er hoppet over, sendes ikke senere. Perioden slutter ${f.time(period_end)}.`,
    }),
    webhook_disabled: ({ webhook, since }, f) => ({
      title: "En webhook ble slått av",
      text: `${webhook.url} har ikke tatt imot noe siden ${f.time(since)}. Slå den på igjen når den virker.`,
    }),
    work_overdue: ({ work, since }, f) => ({
      title: "Planlagt arbeid er forsinket",
      text: `Det som skulle vært gjort ${f.time(since)}, er ikke gjort (${work}). Enten kjører ingen arbeiderprosess, eller så feiler det hver gang; loggen sier hvorfor. Det fortsetter av seg selv.`,
    }),
    possible_opt_outs: ({ since, waiting }, f) => ({
      title: waiting === 1 ? "Et svar ligner en avmelding" : "Svar ligner avmeldinger",
      text: `${waiting === 1 ? "Ett svar ligner en avmelding" : `${f.number(waiting)} svar ligner avmeldinger`} og venter på at noen avgjør det, det eldste siden ${f.time(since)}. Inntil da får avsenderen fortsatt meldinger.`,
    }),
    quiet_hours: ({ enabled, reason }) => ({
      title: enabled ? "Stilletid er slått på" : "Stilletid er slått av",
      text:
        reason === "switched_on"
          ? "Med den første operatøren ble stilletid slått på: markedsføring venter til tidene for mottakerens land. Under Innstillinger → Stilletid kan du endre tidene eller slå den av."
          : "Varsla kan holde markedsføring tilbake til tidene for mottakerens land. Siden dette arbeidsområdet allerede sendte, er ingenting endret. Slå den på under Innstillinger → Stilletid, eller la den være av der.",
    }),
  },
};

const sv: Words = {
  several: (n) => `${n} saker behöver ses över`,
  more: "Så här står det till nu:",
  alerts: {
    carrier_down: ({ carrier, since, reason, last_error }, f) => ({
      title: `Operatören ${carrier.name} ligger nere`,
      text: `${reason === "no_worker" ? "Ingen arbetarprocess har varit ansluten" : "Den har inte varit ansluten"} sedan ${f.time(since)}. Meddelandena väntar och går ut av sig själva när förbindelsen är tillbaka.${last_error ? ` Senaste besked därifrån: ${last_error}` : ""}`,
    }),
    lane_stalled: ({ sender, since, waiting, reason, campaign }, f) => ({
      title: `Meddelanden från ${sender.address} går inte ut`,
      text: `När detta upptäcktes väntade ${f.number(waiting)}, och inget hade skickats sedan ${f.time(since)}. ${{ no_worker: "Ingen betjänar dem: ingen arbetarprocess körs, eller alla är upptagna.", carrier_off: "Avsändarens operatör är avstängd.", carrier_down: "Avsändarens operatör är inte ansluten.", no_progress: "De erbjuds operatören, men den tar inte emot något." }[reason]}${campaign ? ` Näst på tur: kampanjen ”${campaign.name}”.` : ""} De fortsätter av sig själva när de kan.`,
    }),
    campaign_stalled: ({ campaign, since }, f) => ({
      title: `Kampanjen ”${campaign.name}” står still`,
      text: `Inget har hänt med den sedan ${f.time(since)}. Den tas upp igen av sig själv.`,
    }),
    error_rate: ({ minutes, texts: all, errors, rate, usual_rate }, f) => ({
      title: `Ovanligt många meddelanden misslyckas: ${f.percent(rate)}`,
      text: `${f.number(errors)} av ${f.number(all)} meddelanden på ${minutes} minuter misslyckades.${usual_rate === null ? "" : ` Det vanliga är ${f.percent(usual_rate)}.`}`,
    }),
    quota: ({ threshold, allowance, used, reserved, period_end }, f) => ({
      title: threshold === 100 ? "Kvoten är förbrukad" : `${threshold} % av kvoten är förbrukad eller reserverad`,
      text: `${f.number(used)} av ${f.number(allowance)} segment är förbrukade, och ${f.number(reserved)} är reserverade för meddelanden som väntar. Perioden slutar ${f.time(period_end)}.`,
    }),
    quota_skipped: ({ texts: skipped, allowance, remaining, period_end }, f) => ({
      title: "Meddelanden skickades inte eftersom kvoten inte räckte",
      text: `${skipped === 1 ? "Ett meddelande" : `${f.number(skipped)} meddelanden`} hoppades över inom tio minuter, eftersom bara ${f.number(remaining)} av periodens ${f.number(allowance)} segment fanns kvar. Det som hoppats över skickas inte senare. Perioden slutar ${f.time(period_end)}.`,
    }),
    webhook_disabled: ({ webhook, since }, f) => ({
      title: "En webhook stängdes av",
      text: `${webhook.url} har inte tagit emot något sedan ${f.time(since)}. Slå på den igen när den fungerar.`,
    }),
    work_overdue: ({ work, since }, f) => ({
      title: "Planerat arbete är försenat",
      text: `Det som skulle ha gjorts ${f.time(since)} är inte gjort (${work}). Antingen körs ingen arbetarprocess, eller så misslyckas det varje gång; loggen säger varför. Det fortsätter av sig självt.`,
    }),
    possible_opt_outs: ({ since, waiting }, f) => ({
      title: waiting === 1 ? "Ett svar liknar en avanmälan" : "Svar liknar avanmälningar",
      text: `${waiting === 1 ? "Ett svar liknar en avanmälan" : `${f.number(waiting)} svar liknar avanmälningar`} och väntar på att någon avgör, det äldsta sedan ${f.time(since)}. Tills dess får den som skrev fortfarande meddelanden.`,
    }),
    quiet_hours: ({ enabled, reason }) => ({
      title: enabled ? "Tysta timmar är på" : "Tysta timmar är av",
      text:
        reason === "switched_on"
          ? "Med den första operatören slogs tysta timmar på: marknadsföring väntar till tiderna för mottagarens land. Under Inställningar → Tysta timmar kan du ändra tiderna eller stänga av."
          : "Varsla kan hålla kvar marknadsföring till tiderna för mottagarens land. Eftersom den här arbetsytan redan skickade har inget ändrats. Slå på det under Inställningar → Tysta timmar, eller lämna det av där.",
    }),
  },
};

const da: Words = {
  several: (n) => `${n} ting kræver et blik`,
  more: "Sådan står det til nu:",
  alerts: {
    carrier_down: ({ carrier, since, reason, last_error }, f) => ({
      title: `Operatøren ${carrier.name} er nede`,
      text: `${reason === "no_worker" ? "Ingen arbejderproces har været tilsluttet" : "Den har ikke været tilsluttet"} siden ${f.time(since)}. Beskederne venter og sendes af sig selv, når forbindelsen er tilbage.${last_error ? ` Seneste besked derfra: ${last_error}` : ""}`,
    }),
    lane_stalled: ({ sender, since, waiting, reason, campaign }, f) => ({
      title: `Beskeder fra ${sender.address} bliver ikke sendt`,
      text: `Da det blev opdaget, ventede ${f.number(waiting)}, og ingen var sendt siden ${f.time(since)}. ${{ no_worker: "Ingen betjener dem: der kører ingen arbejderproces, eller alle er optaget.", carrier_off: "Afsenderens operatør er slået fra.", carrier_down: "Afsenderens operatør er ikke tilsluttet.", no_progress: "De tilbydes operatøren, men den tager ikke imod nogen." }[reason]}${campaign ? ` Næste i køen: kampagnen »${campaign.name}«.` : ""} De fortsætter af sig selv, når de kan.`,
    }),
    campaign_stalled: ({ campaign, since }, f) => ({
      title: `Kampagnen »${campaign.name}« står stille`,
      text: `Der er ikke sket noget med den siden ${f.time(since)}. Den tages op igen af sig selv.`,
    }),
    error_rate: ({ minutes, texts: all, errors, rate, usual_rate }, f) => ({
      title: `Usædvanligt mange beskeder fejler: ${f.percent(rate)}`,
      text: `${f.number(errors)} af ${f.number(all)} beskeder på ${minutes} minutter fejlede.${usual_rate === null ? "" : ` Det sædvanlige er ${f.percent(usual_rate)}.`}`,
    }),
    quota: ({ threshold, allowance, used, reserved, period_end }, f) => ({
      title: threshold === 100 ? "Kvoten er brugt op" : `${threshold} % af kvoten er brugt eller reserveret`,
      text: `${f.number(used)} af ${f.number(allowance)} segmenter er brugt, og ${f.number(reserved)} er reserveret til beskeder, der venter. Perioden slutter ${f.time(period_end)}.`,
    }),
    quota_skipped: ({ texts: skipped, allowance, remaining, period_end }, f) => ({
      title: "Beskeder blev ikke sendt, fordi kvoten ikke rakte",
      text: `${skipped === 1 ? "Én besked blev" : `${f.number(skipped)} beskeder blev`} sprunget over inden for ti minutter, fordi kun ${f.number(remaining)} af periodens ${f.number(allowance)} segmenter var tilbage. Det, der er sprunget over, bliver ikke sendt senere. Perioden slutter ${f.time(period_end)}.`,
    }),
    webhook_disabled: ({ webhook, since }, f) => ({
      title: "En webhook blev slået fra",
      text: `${webhook.url} har ikke taget imod noget siden ${f.time(since)}. Slå den til igen, når den virker.`,
    }),
    work_overdue: ({ work, since }, f) => ({
      title: "Planlagt arbejde er forsinket",
      text: `Det, der skulle være gjort ${f.time(since)}, er ikke gjort (${work}). Enten kører der ingen arbejderproces, eller også fejler det hver gang; loggen siger hvorfor. Det fortsætter af sig selv.`,
    }),
    possible_opt_outs: ({ since, waiting }, f) => ({
      title: waiting === 1 ? "Et svar ligner en afmelding" : "Svar ligner afmeldinger",
      text: `${waiting === 1 ? "Et svar ligner en afmelding" : `${f.number(waiting)} svar ligner afmeldinger`} og venter på, at nogen afgør det, det ældste siden ${f.time(since)}. Indtil da får den, der skrev, stadig beskeder.`,
    }),
    quiet_hours: ({ enabled, reason }) => ({
      title: enabled ? "Stilletid er slået til" : "Stilletid er slået fra",
      text:
        reason === "switched_on"
          ? "Med den første operatør blev stilletid slået til: markedsføring venter til tiderne for modtagerens land. Under Indstillinger → Stilletid kan du ændre tiderne eller slå den fra."
          : "Varsla kan holde markedsføring tilbage til tiderne for modtagerens land. Da dette arbejdsområde allerede sendte, er intet ændret. Slå den til under Indstillinger → Stilletid, eller lad den være slået fra dér.",
    }),
  },
};

const texts: Record<Language, Words> = { en, nb, sv, da };
