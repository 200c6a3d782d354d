/** A finding: the answer in one sentence, what stands behind it, what to do, and what not to. */
import {html, nothing} from 'lit';
import {count, ranks} from '../core/format.js';
import {has, language, t} from '../core/words.js';
import {severityIcon} from './severity.js';
import './copy.js';

const MOST_NAMES = 12;

const colon = () => (language() === 'zh' ? '：' : ': ');

/** A line of the list of findings. */
export const line = (finding) => html`${severityIcon(finding.severity)} <span>${finding.title}</span>`;

/**
 * The open one, whole.
 *
 * @param {number} world ranks of the job
 * @param {number} tensors of the model; 0 where not known
 */
export function findingCard(finding, {world = 0, tensors = 0} = {}) {
  return html`<article class="finding-card" aria-label=${finding.title}>
    <h2 class="answer">${severityIcon(finding.severity)} <span>${finding.title}</span></h2>
    <p class="evidence quiet">${facts(finding, world, tensors).join(' · ')}</p>
    ${finding.detail ? html`<p class="detail">${finding.detail}</p>` : nothing}
    <div class="fixes">${fix(finding)} ${avoid(finding)}</div>
    ${names(finding)}
  </article>`;
}

function facts(finding, world, tensors) {
  const said = [];
  const {steps, first_step: first, confidence} = finding.evidence;
  if (finding.parameters.length) {
    said.push(t('finding.since', {n: count(first)}));
    said.push(steps === 1 ? t('finding.step') : t('finding.steps', {n: count(steps)}));
  }
  if (finding.ranks.length) {
    said.push(ranks(finding.ranks, world));
  }
  if (finding.parameters.length && tensors) {
    said.push(t('finding.tensors', {n: count(finding.parameters.length), all: count(tensors)}));
  }
  said.push(`${t('finding.confidence')}${colon()}${t(`finding.confidence.${confidence}`)}`);
  return said;
}

function fix(finding) {
  if (!finding.advice.length) {
    return html`<section class="fix"><h3>${t('fix.title')}</h3><p>${t('fix.none')}</p></section>`;
  }
  const [first, ...others] = finding.advice;
  return html`<section class="fix"><h3>${t('fix.title')}</h3>${advice(first)}
    ${others.map((other) => html`<details><summary>${t('fix.second')}${colon()}${action(other)}</summary>${advice(other)}</details>`)}</section>`;
}

/** What to do in the page's language; the id of an action that a newer collector has. */
const action = ({action: id}) => (has(`action.${id}`) ? t(`action.${id}`) : id);

const advice = (advised) => html`${advised.snippet ? html`<gw-snippet .text=${advised.snippet}></gw-snippet>` : nothing}
  <p><span class="quiet">${t('fix.why')}${colon().trim()}</span> ${advised.why}</p>`;

function avoid(finding) {
  if (!finding.avoid.length) {
    return nothing;
  }
  return html`<section class="avoid"><h3>${t('fix.not')}</h3><dl>${finding.avoid.map(
    (trap) => html`<dt title=${trap.action}>${action(trap)}</dt><dd>${trap.why}</dd>`,
  )}</dl></section>`;
}

function names(finding) {
  if (!finding.parameters.length) {
    return nothing;
  }
  const shown = finding.parameters.slice(0, MOST_NAMES);
  const more = finding.parameters.length - shown.length;
  return html`<details class="names"><summary>${t('finding.parameters')} (${count(finding.parameters.length)})</summary>
    <ul class="mono">${shown.map((name) => html`<li>${name}</li>`)}${more > 0 ? html`<li>${t('finding.more', {n: count(more)})}</li>` : nothing}</ul></details>`;
}
