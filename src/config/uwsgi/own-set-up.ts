// What a file of uWSGI's own says about how uWSGI sets itself up. All else in it is uWSGI's business.
import type { Entry } from '../dialect/lines.ts';

export interface OwnSetUp {
  /** A key by which uWSGI makes namespaces, mounts or capabilities by itself. */
  readonly jail: string | undefined;
  /** It takes another user before it loads the app. */
  readonly drops: boolean;
}

const JAILING =
  /^(unshare2?|(re-?fork(-.*)?)|namespace(-.*)?|ns|ns-net|pivot[-_]root|setns(-.*)?|cap|u?mount-.*)$/;
const HOOK = /^(hook|exec)-/;
const MOUNTING = /(^|[\s;/:!])u?mount([\s:]|$)|\b(unshare|pivot_root|nsenter|hostname|capsh|setcap|ip)\b/;
const STAYS_ROOT = /^(master-as-root|early-.*)$/;
const USER = /^[A-Za-z_][A-Za-z0-9_.-]*$|^[0-9]+$/;

export function ownSetUp(entries: readonly Entry[]): OwnSetUp {
  const own = entries.filter(({ section }) => section === 'uwsgi');
  const jailing = own.find(
    ({ key, value }) => JAILING.test(normal(key)) || (HOOK.test(normal(key)) && MOUNTING.test(value)),
  );
  const users = own.filter(({ key }) => normal(key) === 'uid');
  const drops = users.length > 0 && users.every(({ value }) => isOrdinary(value.trim()));
  return { jail: jailing?.key, drops: drops && !own.some(({ key }) => STAYS_ROOT.test(normal(key))) };
}

/** A placeholder can be anybody. */
function isOrdinary(user: string): boolean {
  return USER.test(user) && user !== 'root' && Number(user) !== 0;
}

function normal(key: string): string {
  return key.replaceAll('_', '-');
}
