/** Modules and parameters as a tree that folds. */
import {isTrouble, worse} from './marks.js';

/** Of ten thousand parameters a tree takes some frames to build, so it is built in slices of this many milliseconds. */
const SLICE_MILLIS = 8;
const LOOK_EVERY = 256;

/** Gives the frame back when its slice is used up. */
class Slices {
  #until = performance.now() + SLICE_MILLIS;
  #count = 0;

  /** Null, mostly; else to be awaited. */
  rest() {
    if (++this.#count % LOOK_EVERY || performance.now() < this.#until) {
      return null;
    }
    return new Promise((resume) => setTimeout(() => {
      this.#until = performance.now() + SLICE_MILLIS;
      resume();
    }));
  }
}

/**
 * @param {Array<{model, index, name}>} parameters
 * @param {string[]} models names by id; more than one makes each a root
 * @param {function(*): string} marksOf a parameter's marks, a letter a column
 * @returns a promise of the roots: {key, name, path, parameter|null, children, tensors, marks, trouble}
 */
export async function treeOf(parameters, models, marksOf) {
  const slices = new Slices();
  const roots = new Map();
  for (const parameter of parameters) {
    const rest = slices.rest();
    if (rest) {
      await rest;
    }
    const {name} = parameter;
    const model = `m${parameter.model}`;
    let level = roots;
    if (models.length > 1) {
      level = childrenOf(level, model, models[parameter.model] ?? `model ${parameter.model}`, '');
    }
    let from = 0;
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', from)) {
      const path = name.slice(0, dot);
      level = childrenOf(level, `${model}:${path}`, name.slice(from, dot), path);
      from = dot + 1;
    }
    const key = `${model}:${name}`;
    level.set(key, {key, name: name.slice(from), path: name, parameter, children: new Map(), marks: marksOf(parameter)});
  }
  return summed(roots, slices, new Map());
}

function childrenOf(level, key, name, path) {
  let node = level.get(key);
  if (!node) {
    node = {key, name, path, parameter: null, children: new Map()};
    level.set(key, node);
  }
  return node.children;
}

/** @param troubles whether marks hold trouble, by marks: most parameters have those of another */
async function summed(level, slices, troubles) {
  const nodes = [];
  for (let node of level.values()) {
    const rest = slices.rest();
    if (rest) {
      await rest;
    }
    if (!node.parameter) {
      node.children = await summed(node.children, slices, troubles);
      // A module with one thing in it is no step on the way.
      while (node.children.length === 1 && !node.children[0].parameter) {
        const only = node.children[0];
        node = {...only, name: `${node.name}.${only.name}`};
      }
      node.tensors = node.children.reduce((sum, child) => sum + child.tensors, 0);
      node.marks = worst(node.children);
    } else {
      node.children = [];
      node.tensors = 1;
    }
    if (!troubles.has(node.marks)) {
      troubles.set(node.marks, [...node.marks].some(isTrouble));
    }
    node.trouble = troubles.get(node.marks);
    nodes.push(node);
  }
  return nodes;
}

function worst(children) {
  const [first, ...others] = new Set(children.map((child) => child.marks));
  if (!others.length) {
    return first;
  }
  const letters = [...first];
  for (const other of others) {
    for (let column = 0; column < letters.length; column++) {
      letters[column] = worse(letters[column], other[column]);
    }
  }
  return letters.join('');
}

/** The keys of those that lead to trouble, as long as the view stays short. */
export function troubled(roots, most = 40) {
  const open = new Set();
  const visit = (node) => {
    if (node.trouble && !node.parameter && open.size < most) {
      open.add(node.key);
      node.children.forEach(visit);
    }
  };
  roots.forEach(visit);
  return open;
}

/** The rows that are to be seen: {node, level}. */
export function rowsOf(roots, open, filter = '', letters = null) {
  const rows = [];
  const wanted = filter.toLowerCase();
  const filtered = wanted !== '' || letters !== null;
  const fits = (node) => node.path.toLowerCase().includes(wanted) && (!letters || [...node.marks].some((letter) => letters.has(letter)));
  const visit = (node, level) => {
    if (node.parameter) {
      if (!filtered || fits(node)) {
        rows.push({node, level});
      }
      return;
    }
    const before = rows.length;
    rows.push({node, level});
    if (filtered || open.has(node.key)) {
      node.children.forEach((child) => visit(child, level + 1));
    }
    if (filtered && rows.length === before + 1) {
      // Nothing in it fits.
      rows.pop();
    }
  };
  roots.forEach((root) => visit(root, 0));
  return rows;
}

/** Every key that folds. */
export function foldable(roots, keys = new Set()) {
  for (const node of roots) {
    if (!node.parameter) {
      keys.add(node.key);
      foldable(node.children, keys);
    }
  }
  return keys;
}
