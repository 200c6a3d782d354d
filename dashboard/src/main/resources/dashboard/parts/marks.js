/** The marks of the map: told by their shape, and the same in the terminal and the docs. */

/** By the letter that stands for each in the API's short form, worst first. */
export const MARKS = {x: 'nonfinite', n: 'never', z: 'zero', s: 'sometimes', '?': 'unknown', u: 'used', f: 'frozen'};

const WORST = Object.keys(MARKS).join('');

/** The worse of two letters. */
export const worse = (a, b) => (WORST.indexOf(a) <= WORST.indexOf(b) ? a : b);

/** Whether somebody should look. */
export const isTrouble = (letter) => letter === 'x' || letter === 'n' || letter === 'z' || letter === 's';

/** The page's colours for canvases. */
export function palette(element) {
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(name).trim();
  return {used: of('--mark-used'), trouble: of('--mark-trouble'), quiet: of('--mark-quiet'), surface: of('--surface'), focus: of('--focus')};
}

/** Draws one mark at x, y, `wide` and `tall`; a square unless said otherwise. */
export function draw(context, letter, x, y, wide, colours, tall = wide) {
  const inset = wide >= 10 ? 1.5 : 0.5;
  const width = wide - 2 * inset;
  const height = tall - 2 * inset;
  const [left, top] = [x + inset, y + inset];
  context.lineWidth = wide >= 10 ? 1.5 : 1;
  switch (letter) {
    case 'u':
      context.fillStyle = colours.used;
      context.fillRect(left, top, width, height);
      break;
    case 's':
      context.fillStyle = colours.used;
      context.fillRect(left, top + height / 2, width, height / 2);
      box(context, left, top, width, height, colours.used);
      break;
    case 'z':
      stripes(context, left, top, width, height, colours.trouble);
      box(context, left, top, width, height, colours.trouble);
      break;
    case 'n':
      box(context, left, top, width, height, colours.trouble);
      break;
    case 'x':
      box(context, left, top, width, height, colours.trouble);
      line(context, left, top, left + width, top + height);
      line(context, left + width, top, left, top + height);
      break;
    case 'f':
      context.fillStyle = colours.quiet;
      context.beginPath();
      context.arc(x + wide / 2, y + tall / 2, Math.max(1, wide / 8), 0, 2 * Math.PI);
      context.fill();
      break;
    default:
      context.strokeStyle = colours.quiet;
      line(context, left + width / 4, top + height / 2, left + (3 * width) / 4, top + height / 2);
  }
}

function box(context, left, top, width, height, colour) {
  context.strokeStyle = colour;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
}

function stripes(context, left, top, width, height, colour) {
  context.strokeStyle = colour;
  const gap = Math.max(3, width / 3);
  for (let at = gap; at < width + height; at += gap) {
    line(context, left + Math.max(0, at - height), top + Math.min(at, height), left + Math.min(at, width), top + Math.max(0, at - width));
  }
}

function line(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
