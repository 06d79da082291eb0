// Files in place of /etc/passwd and /etc/group by somebody who means ill: overlong, cut off, out of range, with NULs.

const MEMBERS = Array.from({ length: 50_000 }, (_, i) => `u${i}`).join(',');
const PASSWD = [
  '',
  ':',
  '::::::',
  '\0',
  `${'n'.repeat(100_000)}:x:1:1:::`,
  'few:x:7',
  'noid:x:::::',
  'big:x:4294967295:1:::',
  'wrap:x:4294967296:0:::',
  'huge:x:99999999999999999999999999:0:::',
  'minus:x:-1:0:::',
  'hex:x:0x0:0:::',
  'blank:x: 0:0:::',
  'nul\0:x:0:0:::',
  'home\0:x:0:0:::',
  'nulhome:x:0:0::/a\0b:',
  `longhome:x:0:0::/${'h'.repeat(5000)}:`,
  '+nis:x:0:0:::',
  '-nis:x:0:0:::',
  '#comment:x:0:0:::',
  'min:x:8:9',
  `gecos:x:10:11:${'g'.repeat(300_000)}:/h:/s`,
  'most:x:4294967294:4294967294:::',
  'more:x:12:13:g:/h:/s:and:more',
  'twice:x:14:14:::',
  'twice:x:0:0:::',
  'last:x:16:17:g:/l:/s',
].join('\n');
const GROUP = [
  '',
  `many:x:1:${MEMBERS},last`,
  'b:x:2:lastlast,la,,ast',
  'nul:x:3:last\0',
  'out:x:4294967295:last',
  'few:x:5',
  'g:x:6:last,last',
  'again:x:6:last',
  'nul2:x:8:a\0,last',
  `long:x:9:${'y'.repeat(9000)},last:junk`,
  'end:x:10:last',
].join('\n');

export const HOSTILE = { passwd: PASSWD, group: GROUP };
