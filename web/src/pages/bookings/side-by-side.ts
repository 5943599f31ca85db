/** Where a booking stands among those that overlap it: `span` of `lanes` equal widths, from `lane` on. */
export interface Place {
  lane: number;
  span: number;
  lanes: number;
}

interface Extent {
  from: number;
  to: number;
}

/**
 * Puts overlapping extents side by side. Those that touch, directly or through others, share their width in as many lanes as there are
 * at once; one that has nothing beside it on the right widens. The answer is in the order of `extents`.
 */
export function sideBySide(extents: readonly Extent[]): Place[] {
  const order = extents.map((_, index) => index).toSorted((a, b) => at(a).from - at(b).from || at(b).to - at(a).to);
  function at(index: number): Extent {
    return extents[index] as Extent;
  }
  const places: Place[] = extents.map(() => ({ lane: 0, span: 1, lanes: 1 }));
  let group: number[] = [];
  /** The end of the last extent of each lane. */
  let ends: number[] = [];
  const finish = () => {
    for (const index of group) {
      const place = places[index] as Place;
      place.lanes = ends.length;
      while (place.lane + place.span < ends.length && isFree(place.lane + place.span, at(index))) place.span++;
    }
    group = [];
    ends = [];
  };
  const isFree = (lane: number, extent: Extent) =>
    group.every((other) => (places[other] as Place).lane !== lane || !overlap(at(other), extent));

  for (const index of order) {
    const extent = at(index);
    if (ends.every((end) => end <= extent.from)) finish();
    const free = ends.findIndex((end) => end <= extent.from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = extent.to;
    (places[index] as Place).lane = lane;
    group.push(index);
  }
  finish();
  return places;
}

function overlap(a: Extent, b: Extent): boolean {
  return a.from < b.to && b.from < a.to;
}
