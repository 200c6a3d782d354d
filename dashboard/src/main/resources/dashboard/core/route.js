/**
 * What is shown is in the address, so that Back, bookmarks and links from a chat work: `#/jobs/ID?finding=F&filter=T&lang=zh`. Behind the hash, since then
 * it is the same whatever path a reverse proxy shows the page under.
 */

/** {view, id, params} of the address as it is. */
export function current() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [view = '', id = ''] = path.split('/');
  return {view: view || 'jobs', id: decoded(id), params: new URLSearchParams(query)};
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a view, as an `href`. */
export function hrefOf(view, id = '', params = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') {
      query.set(key, value);
    }
  }
  const text = query.toString();
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ''}${text ? `?${text}` : ''}`;
}

/** Changes some of the address's parameters; a null one goes. A choice that a person would want to go Back from is `pushed`. */
export function setParams(changes, pushed = false) {
  const now = current();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') {
      now.params.delete(key);
    } else {
      now.params.set(key, value);
    }
  }
  const href = hrefOf(now.view, now.id, Object.fromEntries(now.params));
  if (href !== location.hash) {
    history[pushed ? 'pushState' : 'replaceState'](null, '', href);
    window.dispatchEvent(new Event('gw-route'));
  }
}

/** Calls back at each change of the address. */
export function onRoute(changed) {
  window.addEventListener('hashchange', changed);
  window.addEventListener('gw-route', changed);
}
