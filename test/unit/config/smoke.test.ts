import { test } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseVassal, NO_DEFAULTS } from '../../../src/config/vassal.ts';
import { parseEmperor } from '../../../src/config/emperor.ts';
import { formatProblem } from '../../../src/config/format.ts';
import { UserFiles } from '../../../src/system/users.ts';
const host = { file: (p: string) => { try { return { text: readFileSync(p, 'utf8') }; } catch (e: any) { return { failure: e.code }; } }, env: process.env, users: new UserFiles(), hostname: 'h', cwd: '/tmp', uid: 0, gid: 0, cpus: 4, nowSec: 1 };
const show = (text: string, uid = 0) => {
  const r = parseVassal({ name: 'web', path: '/etc/v/web.ini', directory: '/etc/v', text }, NO_DEFAULTS, { ...host, uid, gid: uid });
  console.log(r.problems.map((p) => formatProblem(p, { color: false })).join('\n'), r.config && JSON.stringify(r.config, (_k, v) => v instanceof Map ? [...v] : v instanceof Set ? [...v] : v));
};
test('x', () => {
  show(readFileSync('vassals.example/web.ini', 'utf8'));
  show('[vassal]\ncomand = x\nuid = nobdy\nuid-map = 0:1:2\nstop-signal=TRM\nhostname = 日本\nrestart-delay=5x\nenv = A\ninit = false\nadd-gid = adm\n');
  show('[vasal]\ncommand = x');
  show('[uwsgi]\nmaster = 1');
  show('[emperor]\nmaster = 1');
  show('');
  show('[vassal]\nset=command=foo | %(bar)\nset-ph=uid=3\nclone=user,pid\nuid=70000\ngid=5\n');
  show('[vassal]\ncommand=/bin/true\nclone=pid\nuid=1\nprio=-3', 1000);
  console.log(JSON.stringify(parseEmperor(undefined, [], host)));
  console.log(JSON.stringify(parseEmperor({ path: '/e.ini', text: '[uwsgi]\nemperor = v\nmaster=true\nvassals-set=comand=3' }, [{ name: 'emperor', value: 'x', argument: 3 }], host)));
});
