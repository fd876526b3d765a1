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

/** Takes time by the length of the text, whatever is in it: strangers write it. */
export function visibleReply(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const quotedFrom = quotedToTheEnd(lines);
  const end = lines.findIndex(
    (line, index) => beginsOriginal(lines, index, quotedFrom) || SIGNATURE.test(line),
  );
  const visible = withoutTail(end === -1 ? lines : lines.slice(0, end));
  // A mail that is nothing but a quotation was meant as it is.
  return visible === '' ? text.trim() : visible;
}

function beginsOriginal(lines: readonly string[], index: number, quotedFrom: readonly boolean[]): boolean {
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
  return quotedFrom[index + (overTwo ? 2 : 1)] === true;
}

/**
 * For each line whether the next one that is not blank is quoted, and all after it, to the end or to a signature: what
 * stands below the last quoted line is a signature or an advertisement only behind its mark.
 */
function quotedToTheEnd(lines: readonly string[]): boolean[] {
  const quoted: boolean[] = [];
  let holds = true;
  let begins = false;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (SIGNATURE.test(line)) {
      holds = true;
      begins = false;
    } else if (line.trim() !== '') {
      begins = QUOTED.test(line);
      holds &&= begins;
    }
    quoted[index] = holds && begins;
  }
  return quoted;
}

/** Quoted lines at the end without an introduction. */
function withoutTail(lines: readonly string[]): string {
  const kept = [...lines];
  while (kept.length > 0 && (kept.at(-1)?.trim() === '' || QUOTED.test(kept.at(-1) ?? ''))) kept.pop();
  return kept.join('\n').trim();
}
