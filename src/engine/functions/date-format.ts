/** Dates as text by the letters of java.text.SimpleDateFormat, in UTC and English: yyyy MM dd HH mm ss SSS, MMM, EEE, a, h, D, w, Z, X. */
import { CodedError } from '../../model/errors.ts';
import { civilOf, daysOf } from '../runtime/calendar.ts';
import { dayOfYear, weekOfYear } from './calendar-fields.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT = 3;

/** A run of one letter, or literal text (letter ''). */
interface Token {
  readonly letter: string;
  readonly text: string;
}

function tokens(pattern: string): Token[] {
  const out: Token[] = [];
  for (const [text, quoted] of pattern.matchAll(/'((?:[^']|'')*)'|([a-zA-Z])\2*|[^a-zA-Z']+/gu)) {
    if (text === "''") out.push({ letter: '', text: "'" });
    else if (quoted !== undefined) out.push({ letter: '', text: quoted.replaceAll("''", "'") });
    else out.push({ letter: /[a-zA-Z]/u.test(text) ? text.charAt(0) : '', text });
  }
  return out;
}

/** @throws CodedError EVALUATION for letters that are not known. */
export function formatDate(ms: number, pattern: string): string {
  return tokens(pattern)
    .map((t) => (t.letter === '' ? t.text : formatPart(ms, t)))
    .join('');
}

function formatPart(ms: number, { letter, text }: Token): string {
  const civil = civilOf(ms);
  const digits = (n: number): string => String(n).padStart(text.length, '0');
  switch (letter) {
    case 'y':
    case 'u':
      return text.length === 2 ? String(civil.year % 100).padStart(2, '0') : digits(civil.year);
    case 'M':
      return text.length < SHORT ? digits(civil.month) : name(MONTHS, civil.month - 1, text.length);
    case 'd':
      return digits(civil.day);
    case 'D':
      return digits(dayOfYear(ms));
    case 'w':
      return digits(weekOfYear(ms));
    case 'E':
      return name(DAYS, civil.weekday, text.length);
    case 'H':
      return digits(civil.hour);
    case 'h':
      return digits(civil.hour % 12 === 0 ? 12 : civil.hour % 12);
    case 'a':
      return civil.hour < 12 ? 'AM' : 'PM';
    case 'm':
      return digits(civil.minute);
    case 's':
      return digits(civil.second);
    case 'S':
      return digits(civil.millisecond);
    case 'Z':
      return '+0000';
    case 'X':
      return 'Z';
    case 'z':
      return 'UTC';
    default:
      throw unknownLetter(letter);
  }
}

function name(names: readonly string[], at: number, width: number): string {
  const full = names[at] ?? '';
  return width > SHORT ? full : full.slice(0, SHORT);
}

function unknownLetter(letter: string): CodedError {
  return new CodedError('EVALUATION', `'${letter}' is no letter of a date pattern`, {
    hint: 'y M d D w E H h a m s S Z X z, other text in single quotes',
  });
}

interface Parsed {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  afternoon: boolean;
  zoneMs: number;
}

/** Milliseconds since the epoch. @throws CodedError EVALUATION if the text does not follow the pattern. */
export function parseDate(text: string, pattern: string): number {
  if (pattern.toLowerCase() === 'iso') return parseIsoDate(text);
  const p: Parsed = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    afternoon: false,
    zoneMs: 0,
  };
  let rest = text;
  for (const token of tokens(pattern)) {
    const found = token.letter === '' ? literalText(token.text, rest) : (partOf(token).exec(rest)?.[0] ?? null);
    if (found === null) throw new CodedError('EVALUATION', `'${text}' is not a date of the form '${pattern}'`);
    if (token.letter !== '') readPart(p, token.letter, found);
    rest = rest.slice(found.length);
  }
  const hour = p.hour + (p.afternoon && p.hour < 12 ? 12 : 0);
  const days = daysOf(p.year, p.month, 1) + p.day - 1;
  return days * 86_400_000 + hour * 3_600_000 + p.minute * 60_000 + p.second * 1000 + p.millisecond - p.zoneMs;
}

const ISO =
  /^([+-]?\d{4,6})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/u;

/** ISO 8601 (dateformat 'iso' of Esper's cast); without a zone it is UTC. */
function parseIsoDate(text: string): number {
  const [all, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
    ISO.exec(text) ?? [];
  if (all === undefined) throw new CodedError('EVALUATION', `'${text}' is not a date of ISO 8601`);
  const ms = Number(fraction.padEnd(SHORT, '0').slice(0, SHORT));
  const days = daysOf(Number(year), Number(month), 1) + Number(day) - 1;
  const offset = zoneOf(zone.length === SHORT ? `${zone}00` : zone);
  return days * 86_400_000 + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + ms - offset;
}

function literalText(wanted: string, rest: string): string | null {
  return rest.startsWith(wanted) ? wanted : null;
}

function partOf(token: Token): RegExp {
  return new RegExp(`^(?:${partPattern(token)})`, 'iu');
}

function partPattern({ letter, text }: Token): string {
  switch (letter) {
    case 'M':
      return text.length < SHORT ? '\\d{1,2}' : '[a-z]+';
    case 'E':
    case 'z':
      return '[a-z]+';
    case 'a':
      return '[ap]m';
    case 'Z':
    case 'X':
      return 'Z|[+-]\\d{2}:?\\d{2}';
    case 'y':
    case 'u':
      return '\\d{1,9}';
    case 'd':
    case 'D':
    case 'H':
    case 'h':
    case 'm':
    case 's':
    case 'w':
      return `\\d{1,${Math.max(2, text.length)}}`;
    case 'S':
      return '\\d{1,3}';
    default:
      throw unknownLetter(letter);
  }
}

function readPart(p: Parsed, letter: string, text: string): void {
  const n = Number(text);
  switch (letter) {
    case 'y':
    case 'u':
      p.year = text.length === 2 ? 2000 + n : n;
      return;
    case 'M':
      p.month = Number.isNaN(n)
        ? MONTHS.findIndex((m) => m.slice(0, SHORT).toLowerCase() === text.slice(0, SHORT).toLowerCase()) + 1
        : n;
      return;
    case 'd':
    case 'D':
      p.day = n;
      return;
    case 'H':
      p.hour = n;
      return;
    case 'h':
      p.hour = n % 12;
      return;
    case 'a':
      p.afternoon = text.toLowerCase() === 'pm';
      return;
    case 'm':
      p.minute = n;
      return;
    case 's':
      p.second = n;
      return;
    case 'S':
      p.millisecond = n;
      return;
    case 'Z':
    case 'X':
      p.zoneMs = zoneOf(text);
      return;
    default:
  }
}

function zoneOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const digits = text.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (text.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
