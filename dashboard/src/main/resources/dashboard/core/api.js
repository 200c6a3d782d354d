/** The collector's API, beside this page whatever path it is served under. */
import {language} from './words.js';

const BASE = new URL('./', document.baseURI);
const MOST_KEPT = 8;

/** Answers that {@link getSame} gave, by path and query: {etag, json}. */
const kept = new Map();

/** What the API answered with instead of what was asked: an RFC 9457 problem, or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(status, detail, expected) {
    super(detail);
    this.status = status;
    this.expected = expected ?? '';
  }
}

/** The absolute URL of a path such as `api/jobs`. */
export const urlOf = (path, query = {}) => new URL(withQuery(path, query), BASE).href;

/** The browser asks each time, by the ETag of what it has; an answer that has not changed is not sent again. */
async function respond(path, options) {
  try {
    return await fetch(urlOf(path), {credentials: 'same-origin', cache: 'no-cache', ...options});
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new ApiError(0, String(e.message ?? e));
  }
}

async function read(response) {
  const json = (response.headers.get('content-type') ?? '').includes('json') ? await response.json() : null;
  if (!response.ok) {
    throw new ApiError(response.status, json?.detail ?? `${response.status} ${response.statusText}`, json?.expected);
  }
  return json;
}

const ask = async (path, options) => read(await respond(path, options));

function withQuery(path, query) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') {
      words.set(key, value);
    }
  }
  const text = words.toString();
  return text ? `${path}?${text}` : path;
}

/** @param {object} query members that are null, undefined or empty are left out */
export const get = (path, query = {}, signal = undefined) => ask(withQuery(path, query), {signal});

/**
 * Of large answers: the very object that was given before, where the answer is still the same, so that who builds on it need not build again. Not to
 * be written.
 */
export async function getSame(path, query = {}) {
  const url = withQuery(path, query);
  const response = await respond(url);
  const etag = response.headers.get('etag');
  const known = kept.get(url);
  if (response.ok && etag && known?.etag === etag) {
    response.body?.cancel();
    return known.json;
  }
  const json = await read(response);
  kept.delete(url);
  kept.set(url, {etag, json});
  if (kept.size > MOST_KEPT) {
    kept.delete(kept.keys().next().value);
  }
  return json;
}

export const post = (path, body) =>
  ask(path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});

/** A query whose answer holds the collector's own sentences: they come in the page's language. */
export const spoken = (query = {}) => (language() === 'en' ? query : {...query, lang: language()});

/** The path of a job, or of something of it. */
export const jobPath = (id, part = '') => `api/jobs/${encodeURIComponent(id)}${part ? `/${part}` : ''}`;
