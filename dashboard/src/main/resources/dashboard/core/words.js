/** What the page says, in English and 中文. Torch's own words (rank, find_unused_parameters, state_dict, names of parameters) stay as they are in both. */
import {EN} from '../words/en.js';
import {ZH} from '../words/zh.js';

const ALL = {en: EN, zh: ZH};
const KEY = 'gradwatch.language';

let now = chosen();

/** The one that was chosen here before, else the first of the browser's that the page has. */
function chosen() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // Storage may be refused.
  }
  for (const wish of [kept, ...(navigator.languages ?? [])]) {
    const language = (wish ?? '').slice(0, 2).toLowerCase();
    if (ALL[language]) {
      return language;
    }
  }
  return 'en';
}

/** `en` or `zh`. */
export const language = () => now;

export function setLanguage(language, keep = true) {
  if (!ALL[language]) {
    return;
  }
  now = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  if (keep) {
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // It lasts as long as the page then.
    }
  }
  window.dispatchEvent(new Event('gw-language'));
}

/** The text of a key, `{name}` in it replaced. A key that a language lacks is said in English. */
export function t(key, values = {}) {
  const text = ALL[now][key] ?? EN[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}

/** Whether there is a text of the key in the language that is spoken. */
export const has = (key) => key in ALL[now];
