import { type RefObject, useId, useLayoutEffect, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Button } from "./button.tsx";

export interface Series {
  label: string;
  /** Each series has its own dash pattern besides its colour. */
  values: readonly number[];
}

interface ChartProps {
  label: string;
  /** The moments, ISO 8601, one for each value. */
  times: readonly string[];
  /** The heading of the moments in the table. */
  step: "minute" | "hour" | "day";
  series: readonly Series[];
}

const looks = [
  { stroke: "stroke-accent", fill: "fill-accent", dash: undefined },
  { stroke: "stroke-good", fill: "fill-good", dash: "6 3" },
  { stroke: "stroke-bad", fill: "fill-bad", dash: "2 3" },
  { stroke: "stroke-warn", fill: "fill-warn", dash: "8 3 2 3" },
] as const;

const height = 200;
const inset = { top: 10, right: 12, bottom: 22, left: 44 };

/** The figures at the scale's lines, from 0 to at least the largest value, in steps of 1, 2, 5, 10, 20, 50 and so on. */
export function scaleOf(largest: number): number[] {
  const least = Math.max(1, largest / 5);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5].map((one) => one * power).find((one) => one >= least) ?? 10 * power;
  const steps = Math.max(largest <= 4 ? 4 : 1, Math.ceil(largest / step));
  return Array.from({ length: steps + 1 }, (_, i) => i * step);
}

/** The element's width in CSS pixels, kept up to date; null before it is laid out, which is before it is painted. */
function useWidth(element: RefObject<HTMLElement | null>): number | null {
  const [width, setWidth] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Counts over time as lines, and the same figures as a table. */
export function Chart({ label, times, step, series }: ChartProps) {
  const t = useTranslations("ui");
  const [asTable, setAsTable] = useState(false);
  return (
    <figure>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <figcaption className="sr-only">{label}</figcaption>
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
          {series.map((line, index) => (
            <li key={line.label} className="flex items-center gap-1.5">
              <svg viewBox="0 0 20 4" className="h-1 w-5" aria-hidden="true">
                <line
                  x1="0"
                  x2="20"
                  y1="2"
                  y2="2"
                  strokeWidth="2.5"
                  className={looks[index % looks.length]?.stroke}
                  strokeDasharray={looks[index % looks.length]?.dash}
                />
              </svg>
              {line.label}
            </li>
          ))}
        </ul>
        <Button size="small" kind="quiet" onClick={() => setAsTable(!asTable)}>
          {asTable ? t("showAsChart") : t("showAsTable")}
        </Button>
      </div>
      {asTable ? (
        <FigureTable times={times} step={step} series={series} />
      ) : (
        <Drawing label={label} times={times} step={step} series={series} />
      )}
    </figure>
  );
}

/** Drawn at the available width: scaling a drawing would scale its figures too. */
function Drawing(props: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  return (
    // The drawing is positioned outside of the flow, so that its width never keeps the frame from becoming narrower.
    <div ref={frame} className="relative w-full" style={{ height }}>
      {width ? <Lines {...props} width={width} /> : null}
    </div>
  );
}

function Lines({ label, times, step, series, width }: ChartProps & { width: number }) {
  const format = useFormatter();
  const titleId = useId();
  const scale = scaleOf(Math.max(0, ...series.flatMap((line) => line.values)));
  const top = scale.at(-1) ?? 1;
  const instants = times.map((time) => new Date(time).getTime());
  const from = Math.min(...instants);
  const span = Math.max(...instants) - from;
  const x = (index: number) => {
    const share = span > 0 ? ((instants[index] ?? from) - from) / span : 0.5;
    return inset.left + share * (width - inset.left - inset.right);
  };
  const y = (value: number) => height - inset.bottom - (value / top) * (height - inset.top - inset.bottom);
  const dayLong = step === "day" || span > 36 * 3_600_000;
  const moment = (time: string) =>
    format.dateTime(
      new Date(time),
      dayLong ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" },
    );
  const ends = times.length > 1 ? [0, times.length - 1] : times.length === 1 ? [0] : [];
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={titleId} className="absolute inset-0 size-full">
      <title id={titleId}>{label}</title>
      {scale.map((figure) => (
        <g key={figure}>
          <line
            x1={inset.left}
            x2={width - inset.right}
            y1={y(figure)}
            y2={y(figure)}
            className="stroke-line"
            strokeWidth="1"
          />
          <text x={inset.left - 8} y={y(figure) + 4} textAnchor="end" className="fill-faint text-xs">
            {format.number(figure, { notation: top < 10_000 ? "standard" : "compact" })}
          </text>
        </g>
      ))}
      {ends.map((index) => (
        <text
          key={index}
          x={x(index)}
          y={height - 4}
          textAnchor={times.length === 1 ? "middle" : index === 0 ? "start" : "end"}
          className="fill-faint text-xs"
        >
          {moment(times[index] as string)}
        </text>
      ))}
      {series.map((line, at) => {
        const look = looks[at % looks.length];
        const points = line.values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
        return (
          <g key={line.label}>
            <polyline
              points={points.join(" ")}
              fill="none"
              strokeWidth="2"
              strokeLinejoin="round"
              strokeLinecap="round"
              strokeDasharray={look?.dash}
              className={look?.stroke}
            />
            {line.values.length === 1 ? (
              <circle cx={x(0)} cy={y(line.values[0] ?? 0)} r="3.5" className={look?.fill} />
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}

function FigureTable({ times, step, series }: Omit<ChartProps, "label">) {
  const t = useTranslations("ui");
  const format = useFormatter();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys
    <div className="max-h-64 overflow-auto" tabIndex={0}>
      <table className="w-full">
        <thead>
          <tr className="border-b border-line text-sm text-soft">
            <th scope="col" className="py-1.5 text-left font-medium">
              {t("chartTime")}
            </th>
            {series.map((line) => (
              <th key={line.label} scope="col" className="py-1.5 text-right font-medium">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, index) => (
            <tr key={time} className="border-b border-line last:border-0">
              <td className="py-1.5">
                {format.dateTime(new Date(time), {
                  dateStyle: "medium",
                  ...(step !== "day" && { timeStyle: "short" }),
                })}
              </td>
              {series.map((line) => (
                <td key={line.label} className="py-1.5 text-right">
                  {format.number(line.values[index] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
