import {html} from 'lit';
import {t} from '../core/words.js';

const SHAPES = {
  critical: 'M8 1l7 7-7 7-7-7z',
  error: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
  warning: 'M8 1.5l7 13H1z',
  info: 'M8 1a7 7 0 1 0 .01 0z',
  none: 'M2 8l4 4 8-9-1.5-1.3L6 9.2 3.4 6.6z',
};

/** How bad it is, as a shape of its own and not by colour alone; null where all is well. */
export const severityIcon = (severity) => html`<svg class="severity ${severity ?? 'none'}" viewBox="0 0 16 16" width="16" height="16" role="img"
  aria-label=${severity ? t(`severity.${severity}`) : 'ok'}><path d=${SHAPES[severity ?? 'none']}></path></svg>`;
