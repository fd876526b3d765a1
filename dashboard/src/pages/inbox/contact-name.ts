/** By what somebody is called who may have no name. */
export function contactName({
  name,
  phone,
  email,
}: {
  name: string | null;
  phone: string | null;
  email: string | null;
}): string {
  return name ?? phone ?? email ?? 'A contact that was deleted';
}
