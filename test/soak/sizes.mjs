// How big each storm is, short (a minute and a half for all) and long; and after how many seconds one is given up.

export const SIZES = {
  kills: {
    short: { vassals: 60, seconds: 4, perSecond: 40, limitS: 300 },
    long: { vassals: 1000, seconds: 300, perSecond: 40, limitS: 900 },
  },
  edits: {
    short: { vassals: 40, edits: 300, perSecond: 100, limitS: 300 },
    long: { vassals: 200, edits: 10_000, perSecond: 80, limitS: 900 },
  },
  swaps: {
    short: { vassals: 8, swaps: 25, mostMs: 150, limitS: 300 },
    long: { vassals: 20, swaps: 1000, mostMs: 200, limitS: 900 },
  },
  signals: {
    short: { vassals: 20, seconds: 5, perSecond: 10, limitS: 300 },
    long: { vassals: 50, seconds: 60, perSecond: 15, limitS: 600 },
  },
  'early-deaths': {
    short: { deaths: 8, limitS: 300 },
    long: { deaths: 200, limitS: 2400 },
  },
  'fork-bombs': {
    short: { bombs: 1, pids: 30, seconds: 3, limitS: 300 },
    long: { bombs: 4, pids: 100, seconds: 20, limitS: 600 },
  },
  'memory-hogs': {
    short: { hogs: 2, seconds: 3, limitS: 300 },
    long: { hogs: 8, seconds: 30, limitS: 600 },
  },
  'log-floods': {
    short: { seconds: 3, limitS: 300 },
    long: { seconds: 40, limitS: 600 },
  },
  descriptors: {
    short: { vassals: 20, rounds: 1, roundSeconds: 2, limitS: 300 },
    long: { vassals: 60, rounds: 5, roundSeconds: 4, limitS: 600 },
  },
  watches: {
    short: { vassals: 10, rounds: 1, limitS: 300 },
    long: { vassals: 60, rounds: 5, limitS: 600 },
  },
  processes: {
    short: { vassals: 20, rounds: 1, roundSeconds: 2, limitS: 300 },
    long: { vassals: 60, rounds: 5, roundSeconds: 4, limitS: 600 },
  },
  disk: {
    short: { vassals: 10, rounds: 1, roundSeconds: 2, limitS: 300 },
    long: { vassals: 40, rounds: 5, roundSeconds: 5, limitS: 600 },
  },
  churn: {
    short: { vassals: 30, seconds: 5, perSecond: 20, limitS: 300 },
    long: { vassals: 100, seconds: 3600, perSecond: 10, limitS: 4400 },
  },
};
