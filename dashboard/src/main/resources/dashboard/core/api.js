/** The collector's API, beside this page whatever path it is served under. */

const BASE = new URL('./', document.baseURI);

/** What the API answered with instead of what was asked: an RFC 9457 problem, or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(status, detail, expected) {
    super(detail);
    this.status = status;
    this.expected = expected ?? '';
  }
}

/** The absolute URL of a path such as `api/jobs`. */
export const urlOf = (path) => new URL(path, BASE).href;

async function ask(path, options) {
  let response;
  try {
    response = await fetch(urlOf(path), {credentials: 'same-origin', cache: 'no-store', ...options});
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new ApiError(0, String(e.message ?? e));
  }
  const json = (response.headers.get('content-type') ?? '').includes('json') ? await response.json() : null;
  if (!response.ok) {
    throw new ApiError(response.status, json?.detail ?? `${response.status} ${response.statusText}`, json?.expected);
  }
  return json;
}

/** @param {object} query members that are null, undefined or empty are left out */
export function get(path, query = {}, signal = undefined) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') {
      words.set(key, value);
    }
  }
  const text = words.toString();
  return ask(text ? `${path}?${text}` : path, {signal});
}

export const post = (path, body) =>
  ask(path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});

/** The path of a job, or of something of it. */
export const jobPath = (id, part = '') => `api/jobs/${encodeURIComponent(id)}${part ? `/${part}` : ''}`;
