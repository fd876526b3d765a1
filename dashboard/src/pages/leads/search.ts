/** What of the page of leads stands in its address: filters, and the lead that is open. */
const AVAILABILITY = ['available', 'unavailable', 'error', 'unknown'] as const;
export type KnownAvailability = (typeof AVAILABILITY)[number];

export interface LeadsFilters {
  q?: string;
  list?: string;
  tag?: string;
  /** yes: those who opted out; no: the others. */
  out?: 'yes' | 'no';
  availability?: KnownAvailability;
}

export interface LeadsSearch extends LeadsFilters {
  lead?: string;
}

export function readLeadsSearch(given: Record<string, unknown>): LeadsSearch {
  const search: LeadsSearch = {};
  for (const name of ['q', 'list', 'tag', 'lead'] as const) {
    const value = given[name];
    // What looks like a number in the address comes as one.
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      search[name] = String(value);
  }
  if (given.out === 'yes' || given.out === 'no') search.out = given.out;
  const availability = AVAILABILITY.find((word) => word === given.availability);
  if (availability !== undefined) search.availability = availability;
  return search;
}

export function filtersOf({ lead: _, ...filters }: LeadsSearch): LeadsFilters {
  return filters;
}

/** As `GET /api/leads` takes them. */
export function askedBy({ q, list, tag, out, availability }: LeadsFilters) {
  return {
    search: q,
    listId: list,
    tag,
    optedOut: out === undefined ? undefined : out === 'yes',
    availability,
  };
}
