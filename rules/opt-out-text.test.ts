import { expect, test } from "vitest";
import { tellsHowToStop, withOptOutText } from "./opt-out-text.ts";

test("the opt-out text is on a line of its own", () => {
  expect(withOptOutText("Hei \n", " Svar STOPP ")).toBe("Hei\nSvar STOPP");
  expect(withOptOutText("", "Svar STOPP")).toBe("Svar STOPP");
  expect(withOptOutText("Hei", " ")).toBe("Hei");
});

test("a text that tells how to stop is recognised by the word in capitals or the instruction before it", () => {
  for (const text of [
    "Reply STOP to opt out",
    "Svar STOPP for å slutte",
    "STOPP: svar",
    "Text “stop” to end",
    "svar med stopp",
    "Send AVMELD til 2090",
    "REPLY STOP TO END",
  ])
    expect(tellsHowToStop(text), text).toBe(true);
});

test("a stop word in a sentence is no instruction", () => {
  for (const text of [
    "Cancel your order by friday",
    "The end is near",
    "Don't stop now",
    "NONSTOP",
    "SALE! STOP BY TODAY",
    "Avslutt uken med oss",
    "",
  ])
    expect(tellsHowToStop(text), text).toBe(false);
});

test("words of several are looked for as they are written", () => {
  const sets = { stop: ["STOP", "MELD MEG AV"], start: ["START"], help: ["HELP"] };
  expect(tellsHowToStop("Tilbud! Svar MELD MEG AV", sets)).toBe(true);
  expect(tellsHowToStop("Tilbud! Svar meld meg av", sets)).toBe(true);
  expect(tellsHowToStop("Ikke meld meg av ennå", sets)).toBe(false);
  expect(tellsHowToStop("Tilbud! Svar MELD MEG", sets)).toBe(false);
});
