/** Modules and parameters as a tree that folds. */
import {isTrouble, worse} from './marks.js';

/**
 * @param {Array<{model, index, name, marks}>} parameters `marks` a letter a rank
 * @param {string[]} models names by id; more than one makes each a root
 * @returns the roots: {key, name, path, parameter|null, children, tensors, marks, trouble}
 */
export function treeOf(parameters, models) {
  const roots = new Map();
  for (const parameter of parameters) {
    const words = parameter.name.split('.');
    let level = roots;
    if (models.length > 1) {
      level = childrenOf(level, `m${parameter.model}`, models[parameter.model] ?? `model ${parameter.model}`, '');
    }
    for (let i = 0; i < words.length - 1; i++) {
      const path = words.slice(0, i + 1).join('.');
      level = childrenOf(level, `m${parameter.model}:${path}`, words[i], path);
    }
    const key = `m${parameter.model}:${parameter.name}`;
    level.set(key, {key, name: words[words.length - 1], path: parameter.name, parameter, children: new Map()});
  }
  return summed(roots);
}

function childrenOf(level, key, name, path) {
  let node = level.get(key);
  if (!node) {
    node = {key, name, path, parameter: null, children: new Map()};
    level.set(key, node);
  }
  return node.children;
}

function summed(level) {
  const nodes = [];
  for (let node of level.values()) {
    if (!node.parameter) {
      node.children = summed(node.children);
      // A module with one thing in it is no step on the way.
      while (node.children.length === 1 && !node.children[0].parameter) {
        const only = node.children[0];
        node = {...only, name: `${node.name}.${only.name}`};
      }
      node.tensors = node.children.reduce((sum, child) => sum + child.tensors, 0);
      node.marks = worst(node.children.map((child) => child.marks));
    } else {
      node.children = [];
      node.tensors = 1;
      node.marks = node.parameter.marks;
    }
    node.trouble = [...node.marks].some(isTrouble);
    nodes.push(node);
  }
  return nodes;
}

function worst(all) {
  const letters = [...all[0]];
  for (let i = 1; i < all.length; i++) {
    for (let rank = 0; rank < letters.length; rank++) {
      letters[rank] = worse(letters[rank], all[i][rank]);
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
  const fits = (node) =>
    node.parameter
      ? node.path.toLowerCase().includes(wanted) && (!letters || [...node.marks].some((letter) => letters.has(letter)))
      : node.children.some(fits);
  const filtered = wanted !== '' || letters !== null;
  const visit = (node, level) => {
    if (filtered && !fits(node)) {
      return;
    }
    rows.push({node, level});
    if (!node.parameter && (filtered || open.has(node.key))) {
      node.children.forEach((child) => visit(child, level + 1));
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
