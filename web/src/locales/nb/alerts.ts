import type { alerts as en } from "../en/alerts.ts";
import type { Translation } from "../languages.ts";

export const alerts: Translation<typeof en> = {
  title: "Varsler",
  text: "Det som hindrer meldinger i å gå ut, eller snart kan gjøre det. Varsler kommer og går av seg selv.",
  bell: "{count, plural, =0 {Varsler} one {Varsler, # nytt} other {Varsler, # nye}}",
  banner: "Kritisk varsel",
  more: "{count, plural, one {og # til} other {og # til}}",
  see: "Se varslene",
  hide: "Skjul til siden lastes på nytt",
  views: "Hvilke varsler",
  open: "Åpne",
  past: "Tidligere",
  noneTitle: "Alt er i orden",
  noneText:
    "Du får beskjed her, på e-post og med webhook når en operatør er nede, meldinger blir stående, uvanlig mange feiler eller kvoten snart er brukt opp.",
  noPastTitle: "Ingen tidligere varsler",
  noPastText: "Det som er over, blir stående her i 90 dager.",
  severities: { critical: "Kritisk", warning: "Advarsel", info: "Til orientering" },
  resolved: "Over",
  raised: "Utløst {when}",
  titles: {
    carrier_down: "Operatøren {name} er nede",
    lane_stalled: "Meldinger fra {sender} går ikke ut",
    campaign_stalled: "Kampanjen «{name}» står stille",
    error_rate: "Uvanlig mange meldinger feiler: {rate}",
    quota: "{threshold, number} % av kvoten er brukt eller reservert",
    quotaFull: "Kvoten er brukt opp",
    quotaSkipped: "Meldinger ble ikke sendt fordi kvoten ikke strakk til",
    webhook_disabled: "En webhook ble slått av",
    work_overdue: "Planlagt arbeid er forsinket",
    possible_opt_outs: "Svar ligner avmeldinger",
    quietHoursOn: "Stilletid er slått på",
    quietHoursOff: "Stilletid er slått av",
  },
  texts: {
    work_overdue:
      "Det som skulle vært gjort {when}, er ikke gjort ({work}). Enten kjører ingen arbeiderprosess, eller så feiler det hver gang; loggen sier hvorfor. Det fortsetter av seg selv.",
    carrier_down: "Den har ikke vært tilkoblet siden {when}. Meldingene venter, eller går til en reserveoperatør.",
    carrierNoWorker:
      "Ingen arbeiderprosess har meldt noe om den siden {when}. Kontroller at en arbeiderprosess kjører.",
    lastError: "Siste melding derfra: {error}",
    lane: "Da varselet kom, ventet {waiting, plural, one {# melding} other {# meldinger}}, og ingen var sendt siden {when}.",
    laneReasons: {
      no_worker: "Ingen betjener dem: ingen arbeiderprosess kjører, eller alle er opptatt.",
      carrier_off: "Avsenderens operatør er slått av.",
      carrier_down: "Avsenderens operatør er ikke tilkoblet.",
      no_progress: "De tilbys operatøren, men den tar ikke imot noen.",
    },
    laneCampaign: "Neste i køen: kampanjen «{name}».",
    byItself: "De fortsetter av seg selv når de kan.",
    preparing: "Klargjøringen av mottakerne har stått stille siden {when}. Den tas opp igjen av seg selv.",
    unfinished: "Ingenting av den venter lenger, men den er likevel ikke avsluttet. Den ble klargjort {when}.",
    errors: "{errors, number} av {texts, number} meldinger feilet i løpet av {minutes, number} minutter.",
    usual: "Det vanlige er {rate}.",
    mostly: "Oftest: {reasons}.",
    errorCampaign: "De fleste hører til kampanjen «{name}».",
    quota:
      "{used, number} av {allowance, number} segmenter er brukt, og {reserved, number} er reservert til meldinger som venter.",
    quotaEnds: "Perioden slutter {when}.",
    quotaFull: "Ingenting mer går ut før perioden slutter {when}, med mindre kvoten økes.",
    quotaSkipped:
      "{texts, plural, one {# melding ble} other {# meldinger ble}} hoppet over i løpet av ti minutter, fordi bare {remaining, number} av {allowance, number} segmenter var igjen. Det som er hoppet over, sendes ikke senere.",
    webhook: "{url} har ikke tatt imot noe siden {when}. Slå den på igjen når den virker.",
    possible_opt_outs: "De som skrev dem, får fortsatt meldinger til noen avgjør det. Det eldste kom {when}.",
    quietHoursOn:
      "Markedsføring venter nå til tidene for mottakerens land. Det ble slått på med den første operatøren.",
    quietHoursOff:
      "Markedsføring kan vente til tidene for mottakerens land. Ingenting er endret, siden dette arbeidsområdet allerede sendte.",
  },
  links: {
    carrier: "Gå til operatøren",
    carriers: "Gå til operatører",
    senders: "Gå til avsendere",
    campaign: "Gå til kampanjen",
    subscription: "Gå til abonnementet",
    webhook: "Gå til webhooken",
    tray: "Gå til svarene",
    quietHours: "Gå til stilletid",
  },
};
