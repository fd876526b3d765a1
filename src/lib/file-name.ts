/** Names of files that strangers chose: they become files on somebody's disk, and part of an address and of a header. */
const MAX_CHARACTERS = 255;

/** The last part of it, on one line, without what some file system can't take; `file` when nothing is left. */
export function safeFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069<>:"|?*]+/gu, '_')
    .trim();
  const cut = [...clean].slice(0, MAX_CHARACTERS).join('');
  return /^\.*$/.test(cut) ? 'file' : cut;
}

/** What phones and mail programs go by when they open a file. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'image/heif': 'heif',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'audio/x-caf': 'caf',
  'audio/mpeg': 'mp3',
  'audio/x-m4a': 'm4a',
  'audio/wav': 'wav',
  'audio/amr': 'amr',
  'application/pdf': 'pdf',
  'text/vcard': 'vcf',
  'text/calendar': 'ics',
  'text/plain': 'txt',
};

/** A name that was given stays as it is; one that has no extension, or none at all, gets the one of its kind. */
export function nameWithExtension(given: string | null, mimeType: string): string {
  const name = safeFileName(given ?? '');
  const extension = EXTENSIONS[mimeType];
  return extension === undefined || /\.[a-z0-9]{1,8}$/i.test(name) ? name : `${name}.${extension}`;
}
