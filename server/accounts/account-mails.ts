/** The mails about accounts, in four languages. */
import type { Language } from "../../contract/shapes.ts";
import type { Mail } from "../kit/mail.ts";

/** The mail that invites a person to a workspace. */
export function invitationMail(
  language: Language,
  about: { to: string; workspace: string; invitedBy: string; link: string },
): Mail {
  return { to: about.to, ...invitation[language](about) };
}

/** The mail with a link to set a new password. */
export function passwordResetMail(language: Language, about: { to: string; name: string; link: string }): Mail {
  return { to: about.to, ...passwordReset[language](about) };
}

/** The mail that notifies a person that their password was changed, in case they did not do it. */
export function passwordChangedMail(
  language: Language,
  about: { to: string; name: string; when: string; link: string },
): Mail {
  return { to: about.to, ...passwordChanged[language](about) };
}

type Texts<About> = Record<Language, (about: About) => Omit<Mail, "to">>;

const invitation: Texts<{ workspace: string; invitedBy: string; link: string }> = {
  en: ({ workspace, invitedBy, link }) => ({
    subject: `You are invited to ${workspace}`,
    text: `${invitedBy} invites you to ${workspace} on Varsla.\n\nAccept within 7 days:\n${link}\n\nIf you don't know what this is about, do nothing.\n`,
  }),
  nb: ({ workspace, invitedBy, link }) => ({
    subject: `Du er invitert til ${workspace}`,
    text: `${invitedBy} inviterer deg til ${workspace} på Varsla.\n\nGodta innen 7 dager:\n${link}\n\nVet du ikke hva dette gjelder, trenger du ikke gjøre noe.\n`,
  }),
  sv: ({ workspace, invitedBy, link }) => ({
    subject: `Du är inbjuden till ${workspace}`,
    text: `${invitedBy} bjuder in dig till ${workspace} på Varsla.\n\nTacka ja inom 7 dagar:\n${link}\n\nVet du inte vad det gäller behöver du inte göra något.\n`,
  }),
  da: ({ workspace, invitedBy, link }) => ({
    subject: `Du er inviteret til ${workspace}`,
    text: `${invitedBy} inviterer dig til ${workspace} på Varsla.\n\nAccepter inden for 7 dage:\n${link}\n\nVed du ikke, hvad det drejer sig om, skal du ikke gøre noget.\n`,
  }),
};

const passwordReset: Texts<{ name: string; link: string }> = {
  en: ({ name, link }) => ({
    subject: "A new password for Varsla",
    text: `Hello ${name},\n\nset a new password within an hour:\n${link}\n\nYou will be signed out everywhere. If you did not ask for this, do nothing: your password stays as it is.\n`,
  }),
  nb: ({ name, link }) => ({
    subject: "Nytt passord til Varsla",
    text: `Hei ${name},\n\nvelg et nytt passord innen en time:\n${link}\n\nDu blir logget ut overalt. Har du ikke bedt om dette, trenger du ikke gjøre noe: passordet ditt er uendret.\n`,
  }),
  sv: ({ name, link }) => ({
    subject: "Nytt lösenord till Varsla",
    text: `Hej ${name},\n\nvälj ett nytt lösenord inom en timme:\n${link}\n\nDu loggas ut överallt. Har du inte bett om detta behöver du inte göra något: ditt lösenord är oförändrat.\n`,
  }),
  da: ({ name, link }) => ({
    subject: "Ny adgangskode til Varsla",
    text: `Hej ${name},\n\nvælg en ny adgangskode inden for en time:\n${link}\n\nDu bliver logget ud overalt. Har du ikke bedt om dette, skal du ikke gøre noget: din adgangskode er uændret.\n`,
  }),
};

const passwordChanged: Texts<{ name: string; when: string; link: string }> = {
  en: ({ name, when, link }) => ({
    subject: "Your password for Varsla was changed",
    text: `Hello ${name},\n\nyour password for Varsla was changed on ${when}. You have been signed out on all other devices.\n\nWas it not you? Set a new one at once, and tell an administrator:\n${link}\n`,
  }),
  nb: ({ name, when, link }) => ({
    subject: "Passordet ditt til Varsla er endret",
    text: `Hei ${name},\n\npassordet ditt til Varsla ble endret ${when}. Du er logget ut på alle andre enheter.\n\nVar det ikke deg? Velg et nytt med en gang, og si fra til en administrator:\n${link}\n`,
  }),
  sv: ({ name, when, link }) => ({
    subject: "Ditt lösenord till Varsla har ändrats",
    text: `Hej ${name},\n\nditt lösenord till Varsla ändrades ${when}. Du har loggats ut på alla andra enheter.\n\nVar det inte du? Välj ett nytt direkt och säg till en administratör:\n${link}\n`,
  }),
  da: ({ name, when, link }) => ({
    subject: "Din adgangskode til Varsla er ændret",
    text: `Hej ${name},\n\ndin adgangskode til Varsla blev ændret ${when}. Du er logget ud på alle andre enheder.\n\nVar det ikke dig? Vælg en ny med det samme, og sig det til en administrator:\n${link}\n`,
  }),
};
