// The control centre in a real browser.
import { expect, test } from 'vitest';
import { browser } from '../helpers/browser.ts';
import { BEARER, centre, TestCentre, TOKEN } from '../helpers/centre.ts';
import { startEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = vassal('command = sleep 1000', 'clone = fs,pid');
const WITH_TOKEN = `--http-token=${TOKEN}`;
const ACTING = '--http-read-only=false';

describeWith('chromium', 'the page', () => {
  const open = browser();

  test('shows what there is, and what becomes of it, without a reload', async () => {
    const files = { 'web.ini': SLEEP, 'bad.ini': vassal('comand = x') };
    const { daemon, centre: at } = await centre({ files });
    await daemon.running('web');
    const { page, complaints } = await open();
    await page.goto(at.url);
    const row = (name: string) => page.locator('.rows .row', { hasText: name });
    await row('web').getByText('running').waitFor();
    await page.locator('.banner', { hasText: 'bad.ini:2:1: unknown key' }).waitFor();
    expect(await page.locator('.banner').textContent()).toContain('did you mean `command`?');
    daemon.put('later.ini', SLEEP);
    await row('later').getByText('running').waitFor();
    await daemon.act('stop', 'web');
    await row('web').getByText('stopped by an operator').waitFor();
    await until('it is told', async () =>
      /web: stopped/.test((await page.locator('#news').textContent()) ?? ''),
    );
    daemon.put('bad.ini', SLEEP);
    await page.locator('.banner').waitFor({ state: 'detached' });
    daemon.remove('later.ini');
    await row('later').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('a vassal is stopped and started, after a question', async () => {
    const { daemon, centre: at } = await centre({ files: { 'web.ini': SLEEP } }, ACTING);
    await daemon.running('web');
    const { page, complaints } = await open();
    await page.goto(`${at.url}#/vassal/web`);
    await page.getByRole('button', { name: 'Stop' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.textContent()).toContain('tsjail stop web');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await daemon.view('web'))?.state).toBe('running');
    await page.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.badge', { hasText: 'stopped' }).waitFor();
    expect((await daemon.view('web'))?.state).toBe('stopped');
    await page.keyboard.press('s');
    await page.keyboard.press('Enter');
    await page.locator('.badge', { hasText: 'running' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a vassal page shows the end of its log, and no empty frames where there is nothing to see', async () => {
    const files = { 'web.ini': SLEEP, 'bad.ini': vassal('comand = x') };
    const { daemon, centre: at } = await centre({ files });
    await daemon.running('web');
    const { page, complaints } = await open({ width: 1440, height: 900 });
    await page.goto(`${at.url}#/vassal/web`);
    await page.locator('.meters').waitFor();
    const box = await page.locator('.log-lines').boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
    await page.goto(`${at.url}#/vassal/bad`);
    await page.locator('.badge', { hasText: 'invalid' }).waitFor();
    await page.locator('.facts dd', { hasText: 'bad.ini' }).waitFor();
    await page.locator('.meters').waitFor({ state: 'hidden' });
    await page.locator('.space-list').waitFor({ state: 'hidden' });
    await page.goto(`${at.url}#/vassal/nobody`);
    await page.getByText('No vassal has this name').waitFor();
    await page.locator('.tabs').waitFor({ state: 'hidden' });
    expect(complaints.filter((each) => !each.includes('404'))).toEqual([]);
  });

  test('log, config with its lines, plan with the lines that asked for it', async () => {
    const files = {
      'web.ini': vassal(
        'command = sh -c "echo one; echo two; sleep 1000"',
        'env = KEY=canary-4711',
        'clone = fs,pid',
      ),
    };
    const { daemon, centre: at } = await centre({ files });
    await daemon.running('web');
    const { page, complaints } = await open();
    await page.goto(`${at.url}#/vassal/web`);
    await page.locator('.log-line', { hasText: 'two' }).waitFor();
    await page.getByRole('searchbox', { name: 'Show only lines with' }).fill('one');
    await page.locator('.log-line', { hasText: 'two' }).waitFor({ state: 'hidden' });
    await page.getByRole('tab', { name: 'Plan' }).click();
    await page.locator('.steps li', { hasText: 'exec 3 sh -c' }).getByText('line 2').click();
    await page.locator('.code .marked', { hasText: 'command = sh' }).waitFor();
    expect(page.url()).toMatch(/#\/vassal\/web\/config\/2$/);
    expect(await page.locator('.code').textContent()).toContain('env = KEY=•••');
    expect(await page.content()).not.toContain('canary');
    expect(complaints).toEqual([]);
  });

  test('the keyboard does it all', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const { daemon, centre: at } = await centre({
      files: Object.fromEntries(names.map((name) => [`${name}.ini`, SLEEP])),
    });
    await daemon.running('d');
    const { page, complaints } = await open();
    await page.goto(at.url);
    await page.locator('.rows .row').nth(3).waitFor();
    for (const key of ['j', 'ArrowDown', 'j', 'k']) await page.keyboard.press(key);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('b');
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'b' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('.code').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.rows .row.selected', { hasText: 'b' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('c running');
    await until('one is left', async () => (await page.locator('.rows .row').count()) === 1);
    expect(page.url()).toMatch(/#\/\?q=c\+running$/);
    await page.keyboard.press('Escape');
    await until('all are there', async () => (await page.locator('.rows .row').count()) === 4);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('nothing of a vassal is taken for markup, nor turns text around', async () => {
    const payload = '<img src=x onerror=alert(1)>';
    const printed = `printf '${payload}<script>alert(2)</script> \\033[31m \\342\\200\\256evil\\n'; sleep 1000`;
    const files = {
      [`${payload}.ini`]: vassal(`command = sh -c "${printed}"`),
      'b\u202egpj.ini': vassal(`command = ${payload}`, `${payload} = 1`),
    };
    const { daemon, centre: at } = await centre({ files });
    await daemon.running(payload);
    const { page, complaints } = await open();
    await page.goto(at.url);
    await page.locator('.rows .row', { hasText: payload }).click();
    const line = page.locator('.log-line', { hasText: '<script>' });
    await line.waitFor();
    expect(await line.textContent()).toContain('\\x1b[31m \\u202eevil');
    for (const tab of ['Config', 'Plan']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('.panel', { hasText: payload }).waitFor();
    }
    await page.goto(`${at.url}#/`);
    await page.locator('.rows .row', { hasText: 'b\\u{202e}gpj' }).click();
    await page.getByRole('tab', { name: 'Config' }).click();
    await page.locator('.problem', { hasText: 'unknown key `<img src`' }).waitFor();
    expect(await page.locator('img, #main script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a login, a wrong one first, and a logout', async () => {
    const { centre: at } = await centre({ files: { 'web.ini': SLEEP } }, WITH_TOKEN);
    const { page } = await open();
    await page.goto(`${at.url}#/vassal/web`);
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('not the token').waitFor();
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'web' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.reload();
    await page.locator('h1', { hasText: 'web' }).waitFor();
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain('tsjail');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });

  test('read only has no buttons', async () => {
    const { centre: at } = await centre({ files: { 'web.ini': SLEEP } });
    const { page } = await open();
    await page.goto(`${at.url}#/vassal/web`);
    await page.locator('h1', { hasText: 'web' }).waitFor();
    await page.getByText('read only', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
  });

  test('another site can neither read nor act nor frame it', async () => {
    const { daemon, centre: at } = await centre({ files: { 'web.ini': SLEEP } }, ACTING);
    await daemon.running('web');
    const other = new TestCentre((await centre({})).centre.port);
    const { page } = await open();
    // The other page is ours too, but of another origin; what it may not, no page may.
    await page.goto(other.url.replace('127.0.0.1', 'localhost'));
    const tried = await page.evaluate(`(async () => {
      const target = ${JSON.stringify(at.url)};
      const post = (options) => fetch(target + 'v1/vassals/web/stop', { method: 'POST', ...options }).then(() => 'done', () => 'failed');
      return [await post({ mode: 'no-cors' }), await post({ headers: { 'x-tsjail': '1' } }),
        await fetch(target + 'v1/vassals').then(() => 'read', () => 'failed')];
    })()`);
    // Its own policy stops it before ours has to.
    expect(tried).toEqual(['failed', 'failed', 'failed']);
    expect((await daemon.view('web'))?.state).toBe('running');
    const { headers } = await at.ask('/');
    expect([headers['x-frame-options'], headers['content-security-policy']]).toEqual([
      'DENY',
      expect.stringContaining("frame-ancestors 'none'"),
    ]);
  });

  test('the daemon goes and comes back', async () => {
    const { daemon, centre: at } = await centre({ files: { 'web.ini': SLEEP } }, WITH_TOKEN);
    const { page } = await open();
    await page.goto(at.url);
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.locator('.rows .row').waitFor();
    await daemon.stop();
    await page.getByText(/no connection, next try in/).waitFor();
    expect(await page.locator('.rows .row').count()).toBe(1);
    const args = [`--http=127.0.0.1:${at.port}`, WITH_TOKEN];
    startEmperor({ files: { 'other.ini': SLEEP }, args });
    // The session outlives it.
    await page.locator('.rows .row', { hasText: 'other' }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    expect((await at.ask('/v1/version', BEARER)).status).toBe(200);
  });

  test('on a phone the rows are cards, and nothing is wider than the screen', async () => {
    const files = {
      [`${'long-name-'.repeat(12)}.ini`]: SLEEP,
      'bad.ini': vassal(`x = ${'y'.repeat(300)}`, 'nothing = 1'),
    };
    const { daemon, centre: at } = await centre({ files });
    await daemon.until('bad', (view) => view?.state === 'invalid');
    for (const dark of [false, true]) {
      const { page, complaints } = await open({ width: 360, height: 740, dark });
      for (const hash of ['#/', '#/vassal/bad/config', `#/vassal/${'long-name-'.repeat(12)}/plan`]) {
        await page.goto(at.url + hash);
        await page.locator('.row .name, .code, .steps').first().waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
      }
      expect(complaints).toEqual([]);
    }
  });

  test('a thousand vassals are a few rows in the document', async () => {
    const waits = vassal('command = sleep 1000', 'cron = @yearly');
    const files = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`app-${index}.ini`, waits]));
    const { centre: at } = await centre({ files });
    const { page, complaints } = await open();
    await page.goto(at.url);
    await page.getByRole('button', { name: 'all 1000' }).waitFor();
    const count = () => page.locator('.rows .row').count();
    expect(await count()).toBeLessThan(60);
    await page.keyboard.press('End');
    await page.locator('.rows .row.selected', { hasText: 'app-999' }).waitFor();
    expect(await count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('app-77');
    await page.locator('.rows .row', { hasText: 'app-777' }).waitFor();
    expect(await count()).toBe(11);
    expect(complaints).toEqual([]);
  }, 60_000);
});
