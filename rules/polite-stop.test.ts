import fc from "fast-check";
import { expect, test } from "vitest";
import { readKeyword } from "./opt-out-keywords.ts";

/** Those of the texts that are not read so. */
const readOtherwise = (texts: readonly string[], as: "stop_perhaps" | null) =>
  texts.filter((text) => readKeyword(text) !== as);

test("courtesies in six languages leave a STOP for a person to decide", () => {
  expect(
    readOtherwise(
      [
        "Stop. Thank you",
        "Stop. Thank you so much!",
        "Please stop texting me",
        "Hi there, stop please",
        "Stopp, takk",
        "Hei! Vennligst stopp. Tusen takk på forhånd",
        "Meld meg av",
        "Meld meg av, takk",
        "Hej, stopp tack så mycket",
        "Sluta skicka sms tack",
        "Snälla ta bort mig",
        "Stop venligst",
        "Meld mig af, tak",
        "Frameld",
        "Bitte stop. Danke",
        "Bitte abmelden",
        "Keine Nachrichten mehr, stop",
        "Abmeldung",
        "Hei, lopeta kiitos",
        "Stop kiitos",
        "Lopeta heti!",
      ],
      "stop_perhaps",
    ),
  ).toEqual([]);
});

test("a STOP above a signature is one for a person to decide", () => {
  expect(
    readOtherwise(
      [
        "STOP\n\nSent from my iPhone",
        "Stop\nSendt fra min iPhone",
        "STOPP Skickat från min Samsung Galaxy",
        "Stop\n\nVon meinem iPhone gesendet",
        "Stop\nGesendet mit der GMX Mail App",
        "Stop\nLähetetty iPhonesta",
        "STOP\nGet Outlook for iOS",
        "QUIT\nSent from my iPad",
        "STOP\n-- \nKari Nordmann\nAvd.leder, Salong AS\n+47 912 34 567",
        "STOP\nKari Nordmann",
        "STOP Kari Nordmann",
        "Stopp - Kari",
        "Stop / Ola",
        "Stopp mvh Kari",
        "Stopp!\n\nMed vennlig hilsen\nKari Nordmann",
        "Stop. Hälsningar Åsa",
        "Stop, viele Grüße Jörg",
        "Stop. Kind regards, Jane Doe",
        "Stop t. Matti",
      ],
      "stop_perhaps",
    ),
  ).toEqual([]);
});

test("a STOP above, below or next to a quote is one for a person to decide", () => {
  expect(
    readOtherwise(
      [
        "STOP\n> Sale! 50 % off everything until Sunday. Reply STOP to opt out",
        "> Salg! Svar STOPP for å melde deg av\nSTOPP",
        "STOP\n\nOn 28 Nov 2026, at 10:12, Salong Kari wrote:\nSale! Reply STOP to opt out",
        "Stopp\nDen lør. 28. nov. 2026 kl. 10.12 skrev Salong Kari:\nSalg!",
        "Stop\nAm 28.11.2026 um 10:12 schrieb Salon:\nRabatt!",
        "STOP\n-----Original Message-----\nFrom: Salong\nSale!",
        `STOP\n${"> x".repeat(300)}`,
      ],
      "stop_perhaps",
    ),
  ).toEqual([]);
  expect(
    readOtherwise(
      [
        "> Reply STOP to opt out",
        "What is this?\n> Sale! Reply STOP to opt out",
        "Liked \u201cSale! Reply STOP to opt out\u201d",
        "Likte \u00abSalg! Svar STOPP for \u00e5 melde deg av\u00bb",
      ],
      null,
    ),
  ).toEqual([]);
});

test("a STOP with a number or a name of a list, or as a sentence of its own, is one for a person to decide", () => {
  expect(
    readOtherwise(
      [
        "STOP 1",
        "stop 2",
        "Stopp1",
        "STOP 1 2",
        "STOP SALONG",
        "Stop. I never signed up for this",
        "Who is this? Stop",
        "Jeg har ikke bedt om dette. STOPP!",
      ],
      "stop_perhaps",
    ),
  ).toEqual([]);
});

test("a text that merely contains the word is not flagged", () => {
  expect(
    readOtherwise(
      [
        "stop by tomorrow",
        "Stop by tomorrow!",
        "STOP BY",
        "don't stop",
        "Don\u2019t stop!",
        "please don't stop",
        "Ikke stopp",
        "STOPP IKKE",
        "Bitte nicht stop",
        "Can't stop, won't stop",
        "Stop, I'm driving",
        "the bus stop",
        "Meet me at the bus stop.",
        "Kan bussen stoppe ved torget?",
        "Stopp ved torget",
        "Cancel. I can't come at three",
        "I'll be there at the end",
        "End of discussion. See you",
        "Jeg kommer kl 10. Skal jeg stoppe ved resepsjonen?",
        "STOP at the reception when you arrive",
        "Er butikken åpen i morgen?",
        "Yes. See you then",
        "1",
        "OK takk",
        "x".repeat(3000),
      ],
      null,
    ),
  ).toEqual([]);
});

test("no addition to a flagged text makes it an opt-out", () => {
  const scrap = fc.constantFrom(
    "STOP",
    "stop",
    "Stopp",
    "\n",
    ". ",
    " ",
    "- ",
    "takk",
    "Kari",
    "mvh",
    "> ",
    "wrote:",
    "On ",
    "1",
    "sent from my ",
    "not",
    "--",
  );
  fc.assert(
    fc.property(fc.array(scrap, { minLength: 2, maxLength: 400 }), (scraps) => {
      const text = scraps.join("");
      const read = readKeyword(text);
      const letters = text.toLowerCase().replace(/[^a-z0-9]/g, "");
      expect(read === "stop").toBe(letters === "stop" || letters === "stopp");
    }),
    { numRuns: 500 },
  );
});
