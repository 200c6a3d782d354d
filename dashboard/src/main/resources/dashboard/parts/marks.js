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
  return {used: of('--mark-used'), trouble: of('--mark-trouble'), quiet: of('--mark-quiet'), surface: of('--surface')};
}

/** Draws one mark in a square of `size` at x, y. */
export function draw(context, letter, x, y, size, colours) {
  const inset = size >= 10 ? 1.5 : 0.5;
  const side = size - 2 * inset;
  const [left, top] = [x + inset, y + inset];
  context.lineWidth = size >= 10 ? 1.5 : 1;
  switch (letter) {
    case 'u':
      context.fillStyle = colours.used;
      context.fillRect(left, top, side, side);
      break;
    case 's':
      context.fillStyle = colours.used;
      context.fillRect(left, top + side / 2, side, side / 2);
      box(context, left, top, side, colours.used);
      break;
    case 'z':
      stripes(context, left, top, side, colours.trouble);
      box(context, left, top, side, colours.trouble);
      break;
    case 'n':
      box(context, left, top, side, colours.trouble);
      break;
    case 'x':
      box(context, left, top, side, colours.trouble);
      line(context, left, top, left + side, top + side);
      line(context, left + side, top, left, top + side);
      break;
    case 'f':
      context.fillStyle = colours.quiet;
      context.beginPath();
      context.arc(x + size / 2, y + size / 2, Math.max(1, size / 8), 0, 2 * Math.PI);
      context.fill();
      break;
    default:
      context.strokeStyle = colours.quiet;
      line(context, left + side / 4, top + side / 2, left + (3 * side) / 4, top + side / 2);
  }
}

function box(context, left, top, side, colour) {
  context.strokeStyle = colour;
  context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
}

function stripes(context, left, top, side, colour) {
  context.strokeStyle = colour;
  const gap = Math.max(3, side / 3);
  for (let at = gap; at < 2 * side; at += gap) {
    line(context, left + Math.max(0, at - side), top + Math.min(at, side), left + Math.min(at, side), top + Math.max(0, at - side));
  }
}

function line(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
