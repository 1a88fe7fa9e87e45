/** The local time of day, with the date if it is another day than that of `from`. */
export function timeOfDay(time: string, from: string): string {
  // The Swedish date format is that of ISO 8601.
  const local = new Date(time).toLocaleString('sv-SE');
  const today = new Date(from).toLocaleDateString('sv-SE');
  return local.startsWith(today) ? local.slice(11, 16) : local.slice(5, 16);
}
