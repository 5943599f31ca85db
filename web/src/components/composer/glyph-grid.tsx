import { type KeyboardEvent, useEffect, useRef } from "react";

export interface Glyph {
  character: string;
  name: string;
  /** Marked with a dot: it makes the message cost more. */
  costly: boolean;
}

const columns = 8;

/** Characters in groups. One tab stop; arrow keys move through all of them. */
export function GlyphGrid({
  groups,
  onPick,
  takesFocus = false,
}: {
  groups: readonly { label: string; glyphs: readonly Glyph[] }[];
  onPick: (character: string) => void;
  /** For a grid without a search field before it. */
  takesFocus?: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) box.current?.querySelector("button")?.focus();
  }, [takesFocus]);
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const buttons = [...(box.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (at < 0) return;
    const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : step && at + step;
    if (to === undefined) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, to))]?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys belong to the buttons within
    <div ref={box} className="max-h-64 overflow-y-auto px-2 pb-2" onKeyDown={walk}>
      {groups.map(({ label, glyphs }, group) => (
        <section key={label} aria-label={label}>
          <h3 className="px-1 pt-2 pb-1 text-xs font-medium text-faint">{label}</h3>
          <div className="grid grid-cols-8">
            {glyphs.map(({ character, name, costly }, index) => (
              <button
                key={character}
                type="button"
                tabIndex={group === 0 && index === 0 ? 0 : -1}
                title={name}
                aria-label={name}
                className="relative grid h-9 place-items-center rounded-md text-lg hover:bg-hover focus-visible:outline-offset-0"
                onClick={() => onPick(character)}
              >
                <span aria-hidden>{character}</span>
                {costly ? <span aria-hidden className="absolute right-1 bottom-1 size-1 rounded-full bg-warn" /> : null}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
