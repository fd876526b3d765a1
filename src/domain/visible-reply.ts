/**
 * The part of a mail that its writer wrote, without the mail it answers. Cuts only where the mark is unmistakable: what
 * is left too long is read by a person, what is cut wrongly is lost.
 */

/** `On Mon, 2 Nov 2026 at 10:00, Anna wrote:` in the languages of common mail programs; it may run over two lines. */
const INTRODUCTION =
  /^(?:(?:on|am|le|el|il|op|em|den|w dniu|dnia|на)\s.{4,300}\s(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|napisał(?:\(?a\)?)?|написал(?:\(?а\)?)?)\b.{0,100}|.{4,200}\s(?:schrieb am|wrote on)\s.{4,100}|.{0,200}\d{4}.{0,200}(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev))\s*[::]$/iu;
const ADDRESS = /<[^<>\s@]+@[^<>\s@]+>/;
const SEPARATOR =
  /^(?:-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|original-nachricht)\s*-{2,}|_{20,})$/iu;
/** Outlook's block of headers above the original. */
const HEADER_LINE = /^\*?(from|von|de|da|van|från|fra)\s*:\*?\s.+/iu;
const NEXT_HEADER_LINE =
  /^\*?(sent|gesendet|date|datum|envoyé|enviado|inviato|verzonden|data|to|an|à|para|a|aan|skickat|sendt|subject|betreff|objet|asunto|oggetto|onderwerp|assunto)\s*:\*?\s/iu;
const QUOTED = /^\s*>/;
/** RFC 3676: two dashes and a blank begin a signature. */
const SIGNATURE = /^-- $/;

export function visibleReply(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const end = lines.findIndex(
    (_, index) => beginsOriginal(lines, index) || SIGNATURE.test(lines[index] ?? ''),
  );
  const visible = withoutTail(end === -1 ? lines : lines.slice(0, end));
  // A mail that is nothing but a quotation was meant as it is.
  return visible === '' ? text.trim() : visible;
}

function beginsOriginal(lines: readonly string[], index: number): boolean {
  const line = (lines[index] ?? '').trim();
  if (SEPARATOR.test(line)) return true;
  const next = (lines[index + 1] ?? '').trim();
  if (HEADER_LINE.test(line))
    return (
      [1, 2, 3].filter((ahead) => NEXT_HEADER_LINE.test((lines[index + ahead] ?? '').trim())).length >= 2
    );
  const isIntroduction = INTRODUCTION.test(line);
  const overTwo = !isIntroduction && next !== '' && INTRODUCTION.test(`${line} ${next}`);
  if (!isIntroduction && !overTwo) return false;
  if (ADDRESS.test(overTwo ? `${line} ${next}` : line)) return true;
  // Somebody may write "he wrote:" too: only what is quoted, to the end, was not written now.
  const rest = lines.slice(index + (overTwo ? 2 : 1)).filter((each) => each.trim() !== '');
  return (
    rest.length > 0 &&
    rest.every((each, at) => QUOTED.test(each) || isTail(rest, at)) &&
    QUOTED.test(rest[0] ?? '')
  );
}

/** What stands below the last quoted line is a signature or an advertisement only behind its mark. */
function isTail(lines: readonly string[], index: number): boolean {
  return lines.slice(0, index + 1).some((line) => SIGNATURE.test(line));
}

/** Quoted lines at the end without an introduction. */
function withoutTail(lines: readonly string[]): string {
  const kept = [...lines];
  while (kept.length > 0 && (kept.at(-1)?.trim() === '' || QUOTED.test(kept.at(-1) ?? ''))) kept.pop();
  return kept.join('\n').trim();
}
