/**
 * How many segments an SMS takes: carriers count, pace and bill those, not messages. 160 characters of the GSM alphabet
 * fit one, 153 each of several; a single other character makes them 70 and 67. (3GPP TS 23.038, 23.040)
 */

const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€\f]*$/;
/** Of the extension table: each takes two places. */
const EXTENDED = /[\^{}\\[~\]|€\f]/g;

/** At least 1. Text is measured in the units of its encoding: septets, or UTF-16 units. */
export function smsSegments(text: string): number {
  if (!GSM.test(text)) return segments(text.length, 70, 67);
  return segments(text.length + (text.match(EXTENDED)?.length ?? 0), 160, 153);
}

function segments(units: number, alone: number, each: number): number {
  return units <= alone ? 1 : Math.ceil(units / each);
}
