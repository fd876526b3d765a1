/** What several examples show: the same things, at the same instants. */
export const LINE = '0199c2f07a3b00030c9b2d4e';
export const LIST = '0199c2f07a3b00040c9b2d4e';
export const CAMPAIGN = '0199c2f07a3b000b0c9b2d4e';
export const AT = '2026-11-24T09:30:00.000Z';
export const LATER = '2026-11-24T09:30:04.000Z';
