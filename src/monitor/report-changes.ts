/**
 * What is new since the report before. Owns which figures add up, so that those before are to be taken off, and which ones stand for the
 * moment; and the time that a report is of.
 */
import type { FlowTraffic, ReadTraffic, TrafficFigures } from '../traffic/figures.js';
import type { AnalysisSection, Report, ReportState } from './report.js';
import { microsBetween } from './report-time.js';

/** These do not add up: they are told as they are now. */
const READ_LEVELS: readonly (keyof ReadTraffic)[] = [
  'headersLeast',
  'headersMost',
  'vlanTagsMost',
  'mplsLabelsMost',
  'conditions',
];
const FLOW_LEVELS: readonly (keyof FlowTraffic)[] = ['activeFlows', 'activeFlowsMost', 'places'];

/** The state with counters since the report before, where the report is of such; clock, input and what does not add up as they are now. */
export function toldState({ state, since }: Report): ReportState {
  if (since === undefined) return state;
  return {
    ...state,
    traffic: state.traffic && newTraffic(state.traffic, since.traffic),
    packets: state.packets - since.packets,
    live: state.live && less(state.live, since.live, []),
    sections: state.sections.map((section) => newFigures(section, since.sections)),
    alarms: state.alarms - since.alarms,
  };
}

/** Packet time that the report is of, microseconds; undefined before the first packet that has a time. */
export function pcapMicros({ state, since }: Report): number | undefined {
  const from = since?.latest ?? state.first;
  return from && state.latest && microsBetween(from, state.latest);
}

/** Time of the run that the report is of, microseconds; undefined in a report by packet time. */
export function elapsedMicros({ state, since }: Report): number | undefined {
  if (state.clock === undefined) return undefined;
  return Math.max(0, Math.round((state.clock.elapsedSec - (since?.clock?.elapsedSec ?? 0)) * 1e6));
}

const newTraffic = (now: TrafficFigures, before: TrafficFigures | undefined): TrafficFigures => ({
  read: less(now.read, before?.read, READ_LEVELS),
  flows: less(now.flows, before?.flows, FLOW_LEVELS),
});

function newFigures(section: AnalysisSection, before: readonly AnalysisSection[]): AnalysisSection {
  const former = before.find(({ name }) => name === section.name)?.figures ?? [];
  const figures = section.figures.map((figure) => ({
    ...figure,
    value: figure.value - (former.find(({ label }) => label === figure.label)?.value ?? 0),
  }));
  return { ...section, figures };
}

/** Every number of `now`, at any depth, less the one of `before`; `levels` stay. */
function less<T extends object>(now: T, before: T | undefined, levels: readonly (keyof T)[]): T {
  if (before === undefined) return now;
  const result: T = Array.isArray(now) ? ([...now] as T) : { ...now };
  for (const key of Object.keys(now) as (keyof T)[]) {
    const value = now[key];
    const former = before[key];
    if (levels.includes(key) || former === undefined) continue;
    if (typeof value === 'number') result[key] = (value - Number(former)) as T[keyof T];
    else if (typeof value === 'object' && value !== null) result[key] = less(value, former as typeof value, []);
  }
  return result;
}
