import { type ComposerScope, isFieldOf } from "../../components/composer/scope.ts";
import { readPieces } from "../../components/composer/token.ts";

/** The beginning of a text that is not being edited, with its keywords by their names. */
export function TextSummary({ text, scope }: { text: string; scope: ComposerScope }) {
  return (
    <p className="mt-0.5 line-clamp-2 text-sm break-words text-soft">
      {readPieces(text, isFieldOf(scope)).map((piece) =>
        piece.kind === "token" ? (
          <span key={piece.start} className="rounded-sm bg-accent-soft px-1 text-accent-ink">
            {scope.labelOf(piece.token.field)}
          </span>
        ) : (
          piece.text
        ),
      )}
    </p>
  );
}
