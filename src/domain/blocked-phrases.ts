/** Which of the phrases that a workspace does not want stand in a text: whole words, whatever their case and spacing. */
export function blockedIn(text: string, phrases: readonly string[]): string[] {
  const spoken = ` ${words(text)} `;
  return phrases.filter((phrase) => {
    const wanted = words(phrase);
    // A phrase of signs alone, like "!!!", is looked for as it is.
    return wanted === ''
      ? phrase.trim() !== '' && text.includes(phrase.trim())
      : spoken.includes(` ${wanted} `);
  });
}

function words(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’‘`]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join(' ');
}
