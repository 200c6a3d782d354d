/** What the gradient map shows: a tree of parameters, with a mark a rank or a mark a column of passes. */
import {getSame, jobPath} from '../core/api.js';
import {treeOf} from './tree.js';

const MOST = 20_000;
const COLUMNS = 120;
/** On a phone, where more would be too narrow to tell apart. */
const FEW_COLUMNS = 30;
const PHONE = 760;

/** Asks, and builds the tree; where the answer is the one of before, gives what it gave before. One thing at a time. */
export class MapData {
  #answer = null;
  #models = '';
  #made = null;

  /**
   * @param {{job, models, over, rank, model}} of `over` is `steps` or `ranks`; `rank` a number as text, or `all`
   * @returns {Promise<{over, roots, ranks, columns, shown, total, folded}>} ranks of the marks, or columns: {first, last, watched}
   */
  async load(of) {
    const steps = of.over === 'steps';
    const answer = steps
      ? await getSame(jobPath(of.job, 'usage'), {rank: of.rank, model: of.model, columns: innerWidth < PHONE ? FEW_COLUMNS : COLUMNS})
      : await getSame(jobPath(of.job, 'parameters'), {form: 'marks', limit: MOST});
    const models = of.models.join('\n');
    if (answer === this.#answer && models === this.#models) {
      return this.#made;
    }
    const parameters = steps ? answer.parameters.map((parameter) => ({...parameter, model: answer.model})) : answer.parameters;
    const marksOf = steps ? (parameter) => parameter.marks : (parameter) => answer.patterns[parameter.pattern];
    const made = {
      over: steps ? 'steps' : 'ranks',
      roots: await treeOf(parameters, steps ? [] : of.models, marksOf),
      ranks: answer.ranks ?? [],
      columns: answer.columns ?? [],
      shown: parameters.length,
      total: answer.total ?? parameters.length,
      folded: answer.folded ?? null,
    };
    this.#answer = answer;
    this.#models = models;
    this.#made = made;
    return made;
  }
}
