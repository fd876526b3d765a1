/** Hands a text to the person as a file. */
export function saveAs(name: string, text: string): void {
  // Without a byte order mark spreadsheets take letters for those of their country.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text.replace(/^\uFEFF/, '')], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
