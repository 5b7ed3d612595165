/**
 * Whether it is the IANA name of a time zone, such as `Asia/Shanghai`. An offset such as `+08:00` is none: Go, which
 * tells the times in messages, knows names only.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
