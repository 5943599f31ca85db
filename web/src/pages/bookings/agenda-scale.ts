/** How the time grid is drawn. */
import { minutesOfDay } from "./agenda-days.ts";

/** Of the slots in which a booking can be made by a click. */
export const slotMinutes = 30;
export const slots = minutesOfDay / slotMinutes;
/** A dragged booking moves in these steps. */
export const dragMinutes = 15;
/** In pixels; a slot is half of it, enough to be hit. */
export const hourHeight = 56;

export const pixelsOf = (minutes: number) => (minutes * hourHeight) / 60;
