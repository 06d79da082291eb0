// Every man page by the name of its file: what `npm run words` writes.
import { commandPage } from './command.ts';
import { daemonPage, vassalPage } from './configs.ts';
import type { Stamp } from './roff.ts';

export const PAGES: Readonly<Record<string, (stamp: Stamp) => string>> = {
  'tsjail.1': commandPage,
  'tsjail.ini.5': daemonPage,
  'tsjail-vassal.5': vassalPage,
};
