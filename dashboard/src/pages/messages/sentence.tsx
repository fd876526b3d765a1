import { Fragment } from 'react';
import { Time } from '../../ui/time.tsx';

const INSTANT = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** A sentence of the API, with the instants in it as whoever looks reads them. */
export function Sentence({ text, zone }: { text: string; zone?: string | null }) {
  return text.split(INSTANT).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
    <Fragment key={index}>{INSTANT.test(part) ? <Time at={part} zone={zone} /> : part}</Fragment>
  ));
}
