/** What the chart library is told of figures that share an axis. */

const FIGURE = 110;
const GAP = 60;

/** Where the figures stand in the chart, in pixels. */
export const SIDES = {left: 70, right: 16};

export const HEIGHT = {of: (figures) => figures * (FIGURE + GAP) + GAP / 2};

/** How many lines of a figure can be told apart: each has a colour of its own, and its neighbours another dash. */
export const MOST_LINES = 8;

export const DASHES = ['solid', 'dashed', 'dotted'];

/** Bytes are drawn in GiB, so that the axis stands at round ones. */
const GIBIBYTE = 2 ** 30;

/** A number of the API, which says those that are not finite as text. */
export const finite = (value) => (typeof value === 'number' ? value : null);

/**
 * @param {Array<{name: string, unit: function(number): string, logarithmic: boolean, ofBytes: boolean, least: ?number, most: ?number,
 *     lines: Array<{name: string, tone: ?number, points: Array}>, band: ?Array, bounds: ?Array<{at: number, name: string}>}>} figures points are [x, y], those of a band [x, least, most], as many as the first line has; a line's tone is which colour
 *     it has, else its place says that
 * @param {{kind: string, first: number, last: number, format: function(number): string, marks: Array<number>}} axis
 * @param {function(string): string} of the value of a token
 */
export function options(figures, axis, of) {
  return chart(figures.map(inGibibytes), axis, of);
}

function chart(figures, axis, of) {
  const text = of('--quiet');
  const lines = figures.flatMap((figure, i) => [...(figure.band ? [band(figure, i, of)] : []), ...figure.lines.map((line, n) => drawn(figure, line, i, n, axis, of))]);
  return {
    animation: false,
    textStyle: {fontFamily: of('--font'), color: text},
    axisPointer: {link: [{xAxisIndex: 'all'}], lineStyle: {color: text}},
    // As text on the canvas: the page's policy lets no style stand in HTML.
    tooltip: {trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: of('--raised'), borderColor: of('--line'),
      textStyle: {color: of('--text'), fontSize: 12}, formatter: (at) => told(at, figures, axis)},
    grid: figures.map((figure, i) => ({...SIDES, top: GAP / 2 + 8 + i * (FIGURE + GAP), height: FIGURE, outerBoundsMode: 'none'})),
    title: figures.map((figure, i) => ({text: figure.name, left: 8, top: 8 + i * (FIGURE + GAP), padding: 0, textStyle: {fontSize: 12, fontWeight: 600, color: of('--text')}})),
    xAxis: figures.map((figure, i) => ({type: axis.kind, gridIndex: i, min: axis.first, max: axis.last, splitNumber: 4,
      axisLabel: {show: i === figures.length - 1, color: text, formatter: axis.format, hideOverlap: true, alignMinLabel: 'left', alignMaxLabel: 'right'},
      axisPointer: {label: {show: false}}, splitLine: {show: false}, axisLine: {onZero: false, lineStyle: {color: of('--line')}}, axisTick: {show: false}})),
    yAxis: figures.map((figure, i) => ({type: figure.logarithmic ? 'log' : 'value', gridIndex: i, scale: true, splitNumber: 2, min: figure.least, max: figure.most,
      interval: figure.most === null ? undefined : figure.most / 2,
      axisLabel: {color: text, formatter: figure.unit, hideOverlap: true}, splitLine: {lineStyle: {color: of('--line')}}})),
    series: lines,
  };
}

function inGibibytes(figure) {
  if (!figure.ofBytes) {
    return figure;
  }
  const less = (value) => (value === null ? null : value / GIBIBYTE);
  const each = ([x, ...values]) => [x, ...values.map(less)];
  return {
    ...figure,
    unit: (value) => figure.unit(value * GIBIBYTE),
    least: less(figure.least),
    most: less(figure.most),
    lines: figure.lines.map((line) => ({...line, points: line.points.map(each)})),
    band: figure.band?.map(each),
    bounds: figure.bounds?.map((bound) => ({...bound, at: less(bound.at)})),
  };
}

/** Which of the colours a line has. */
export const toneOf = (line, n) => (line.tone ?? n) % MOST_LINES;

function drawn(figure, line, i, n, axis, of) {
  const color = of(`--series-${toneOf(line, n) + 1}`);
  return {
    type: 'line', name: line.name, id: `${i}/${n}`, xAxisIndex: i, yAxisIndex: i, showSymbol: line.points.length < 3, symbolSize: 5, connectNulls: false,
    lineStyle: {width: 1.5, color, type: DASHES[n % DASHES.length]}, itemStyle: {color}, data: line.points, z: 3,
    markLine: n === 0 ? marked(figure, axis, of) : undefined,
  };
}

function marked(figure, axis, of) {
  const bounds = (figure.bounds ?? []).map(({at, name}) => ({yAxis: at, name, lineStyle: {color: of('--quiet'), type: [2, 4]},
    label: {show: true, formatter: name, position: 'insideStartTop', color: of('--quiet'), fontSize: 11, distance: 2}}));
  const marks = (axis.marks ?? []).map((at) => ({xAxis: at, lineStyle: {color: of('--warning'), type: 'dashed'}, label: {show: false}}));
  return bounds.length + marks.length ? {silent: true, symbol: 'none', data: [...bounds, ...marks]} : undefined;
}

/** From the least to the most, as an area behind the line of the mean. */
function band(figure, i, of) {
  const shown = (point) => point[1] !== null && point[2] !== null && (!figure.logarithmic || point[1] > 0);
  const pieces = [];
  figure.band.forEach((point, at) => {
    if (!shown(point)) {
      return;
    }
    if (at === 0 || !shown(figure.band[at - 1])) {
      pieces.push([]);
    }
    pieces[pieces.length - 1].push(point);
  });
  const fill = of(`--series-${toneOf(figure.lines[0], 0) + 1}`);
  return {
    type: 'custom', id: `${i}/band`, xAxisIndex: i, yAxisIndex: i, silent: true, clip: true, z: 1, data: figure.band.map((point) => (shown(point) ? point : [point[0], null, null])), encode: {x: 0, y: [1, 2]},
    renderItem: (params, api) => (params.dataIndex !== 0 ? null : {
      type: 'group',
      children: pieces.map((piece) => ({type: 'polygon', silent: true, style: {fill, opacity: 0.2},
        shape: {points: [...piece.map(([x, , most]) => api.coord([x, most])), ...[...piece].reverse().map(([x, least]) => api.coord([x, least]))]}})),
    }),
  };
}

/** What the cursor points at, in words. */
function told(at, figures, axis) {
  const lines = (Array.isArray(at) ? at : [at]).filter((one) => one.seriesType === 'line');
  if (!lines.length) {
    return '';
  }
  const rows = lines.map((one) => {
    const [figure, n] = one.seriesId.split('/').map(Number);
    const {name, unit, band: range, lines: all} = figures[figure];
    const [, least, most] = n === 0 && range ? (range[one.dataIndex] ?? []) : [];
    return `${name}${all.length > 1 ? ` · ${all[n].name}` : ''}  ${unit(one.data[1])}${least === undefined || least === null || least === most ? '' : `  (${unit(least)} – ${unit(most)})`}`;
  });
  return [axis.format(lines[0].axisValue), ...rows].join('\n');
}
