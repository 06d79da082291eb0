// What is wrong with what a tenant's vassal asks for, before anything of it is done.
import type { HookSettings } from './hooks/settings.ts';
import type { HostFacts } from './host.ts';
import type { JailSettings } from './jail-settings.ts';
import { isNew } from './namespaces.ts';
import type { Given, Values } from './options/read.ts';
import { OPTION_NAMES, OPTIONS } from './options.ts';
import type { Problems } from './problems/problems.ts';
import { valueSpan } from './problems/report.ts';
import { isTenants, type Tenant } from './tenant.ts';
import { needOf } from './tenant-needs.ts';
import type { VassalDefaults } from './vassal-defaults.ts';

export function checkTenant(
  values: Values,
  jail: JailSettings,
  host: HostFacts,
  defaults: VassalDefaults,
  problems: Problems,
): void {
  const { tenant } = host;
  if (tenant === undefined) return;
  const names = OPTION_NAMES.filter((name) => OPTIONS[name].scope === 'vassal');
  for (const name of names) {
    const need = needOf(name);
    const all: readonly Given<unknown>[] = values.all(name);
    for (const given of all.filter(isTenants)) {
      const { written } = given.item.entry;
      const complaint = need
        ? need(given, { name, values, jail, host, defaults })
        : `\`${written}\` is not for tenants`;
      if (complaint) problems.error('not-for-tenants', complaint, valueSpan(given.item.entry));
    }
  }
  checkIds(values, tenant, problems);
  if (!isNew(jail, 'user')) checkAsVassal(defaults.hooks, problems);
}

/** The daemon's config cannot have another one either: whose file it is decides. */
function checkIds(values: Values, { uid, gid }: Tenant, problems: Problems): void {
  const check = (given: Given<unknown> | undefined, known: number | undefined, own: number) => {
    if (given === undefined || known === own) return;
    const { written } = given.item.entry;
    const message = `in tyrant mode a vassal runs as the owner of its file: ${written} ${own}`;
    problems.error('not-the-owner', message, valueSpan(given.item.entry), String(own));
  };
  for (const given of values.all('uid')) check(given, given.value.known?.uid, uid);
  for (const given of values.all('gid')) check(given, given.value.known, gid);
}

/** In uWSGI too that phase comes after the drop. */
function checkAsVassal(hooks: HookSettings | undefined, problems: Problems): void {
  for (const { value, at } of hooks?.actions?.get('as-vassal') ?? []) {
    if (!['mount', 'umount', 'hostname'].includes(value.name)) continue;
    const message = `in tyrant mode \`as-vassal\` is done as the tenant, who cannot \`${value.name}\` without a user namespace: see \`hook-as-vassal-before-drop\``;
    problems.error('not-for-tenants', message, { at });
  }
}
