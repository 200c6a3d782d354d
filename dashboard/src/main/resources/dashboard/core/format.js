/** Figures as people read them, in the page's language. */
import {language, t} from './words.js';

export const NONE = '–';

const KIB = 1024;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** By language: making one takes longer than a hundred uses of it. */
const counts = new Map();

/** 1,204 */
export function count(n) {
  if (n === null || n === undefined) {
    return NONE;
  }
  const of = language();
  if (!counts.has(of)) {
    counts.set(of, new Intl.NumberFormat(of));
  }
  return counts.get(of).format(n);
}

/** Of bytes: 17.2 GiB. */
export function bytes(n) {
  if (n === null || n === undefined) {
    return NONE;
  }
  let unit = 0;
  let value = n;
  while (value >= KIB && unit < UNITS.length - 1) {
    value /= KIB;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Of seconds: 3.1 ms, 2.40 s, 3 min, 2 h 5 min, 3 d. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
    return NONE;
  }
  if (seconds < 1) {
    return `${three(seconds * 1e3)} ms`;
  }
  if (seconds < 60) {
    return `${three(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

/** Three digits that count: 0.00312, 3.12, 312. */
export function three(n) {
  if (n === null || n === undefined || Number.isNaN(n)) {
    return NONE;
  }
  if (typeof n === 'string') {
    return n;
  }
  const size = Math.abs(n);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return n.toExponential(2);
  }
  return size >= 100 ? String(Math.round(n)) : String(Number(n.toPrecision(3)));
}

export const percent = (n) => (n === null || n === undefined ? NONE : `${Math.round(n)} %`);

/** Steps a second, of seconds a step. */
export const rate = (stepSeconds) => (stepSeconds ? three(1 / stepSeconds) : NONE);

/** How long ago an ISO time was. */
export function ago(time, now = Date.now()) {
  if (!time) {
    return NONE;
  }
  const seconds = Math.max(0, (now - Date.parse(time)) / 1e3);
  return seconds < 10 ? t('now') : t('ago', {time: duration(Math.floor(seconds))});
}

/** An ISO time in the reader's own zone. */
export const clock = (time) =>
  time ? new Date(time).toLocaleString(language(), {dateStyle: 'medium', timeStyle: 'medium'}) : NONE;

/** 0–3, 6 of [0, 1, 2, 3, 6]. */
export function ranges(numbers) {
  const parts = [];
  for (let i = 0; i < numbers.length; ) {
    let j = i;
    while (j + 1 < numbers.length && numbers[j + 1] === numbers[j] + 1) {
      j++;
    }
    parts.push(j === i ? `${numbers[i]}` : j === i + 1 ? `${numbers[i]}, ${numbers[j]}` : `${numbers[i]}–${numbers[j]}`);
    i = j + 1;
  }
  return parts.join(', ');
}

/** `rank 3`, `all 8 ranks`, `ranks 0–3`. */
export function ranks(numbers, world) {
  if (!numbers.length) {
    return '';
  }
  if (world && numbers.length === world) {
    return t(world === 1 ? 'rank.only' : world === 2 ? 'rank.both' : 'rank.all', {n: count(world)});
  }
  return t(numbers.length === 1 ? 'rank.one' : 'rank.some', {ranks: ranges(numbers)});
}
