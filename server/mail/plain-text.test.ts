import { expect, test } from "vitest";
import { plainTextOf } from "./plain-text.ts";

test("the plain twin has blocks as lines, links with their address, and no markup", () => {
  const html = `<html><head><title>x</title><style>p{}</style></head><body><h1>Hei&nbsp;Ola &amp; Kari</h1>
    <p>Vel <b>møtt</b><br>i kveld.</p><ul><li>En</li><li>To</li></ul>
    <p><a href="https://x.example/a?b=1">Se billetten</a> <a href='https://y.example'>https://y.example</a></p>
    <!-- hidden --><script>alert(1)</script>&#9731;&#x1f389;&unknown;</body></html>`;
  expect(plainTextOf(html)).toBe(
    "Hei Ola & Kari\n\nVel møtt\ni kveld.\n\n- En\n- To\n\nSe billetten (https://x.example/a?b=1) https://y.example\n\n☃🎉&unknown;\n",
  );
});

test("cells of a table stand apart, rows are blocks as in a layout", () => {
  const row = (cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  expect(plainTextOf(`<table>${row(["Dato", "4. des"])}${row(["Kl.", "19:00"])}</table>`)).toBe(
    "Dato 4. des\n\nKl. 19:00\n",
  );
});

test("placeholders stay, in words and in addresses", () => {
  const html = `<p>{% if event.url %}<a href="{{ event.url }}">{{ event.name | upcase }}</a>{% endif %}</p>`;
  expect(plainTextOf(html)).toBe("{% if event.url %}{{ event.name | upcase }} ({{ event.url }}){% endif %}\n");
});

test("hostile HTML becomes a text that is no longer than it", () => {
  for (const piece of [
    "<a href=",
    "<!--",
    "<style>",
    "<",
    "&#x",
    "<a href='x'>",
    "<p ",
    "<div>",
    "<blockquote>",
    "<ul><li>",
  ]) {
    const text = plainTextOf(piece.repeat(20_000));
    expect(text.length).toBeLessThan(400_000);
  }
});
