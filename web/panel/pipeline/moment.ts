/**
 * Moments as a field of the page takes them ("2026-11-28T12:04:30", in the shop's time zone) and as the
 * program does (UTC).
 */
export function momentIn(zone: string) {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const local = (ms: number) => parts.format(ms).replace(' ', 'T').slice(0, 19);
  return {
    local: (iso: string): string => (Number.isNaN(Date.parse(iso)) ? '' : local(Date.parse(iso))),
    iso(text: string): string {
      const wanted = Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`);
      if (Number.isNaN(wanted)) return '';
      // How far the zone is from UTC at that time; asked twice, because it may change in between.
      let ms = wanted;
      for (let round = 0; round < 2; round++) ms += wanted - Date.parse(`${local(ms)}Z`);
      return `${new Date(ms).toISOString().slice(0, 19)}Z`;
    },
  };
}
