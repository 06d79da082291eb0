// What our packages are made of, for programs: a bill of materials in CycloneDX 1.5. The same source gives the same bytes.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { handedOut } from './licences.mjs';
import { sourceDate } from './source.mjs';

/** The parts of GCC's own libraries that are in the addon, which no lock file knows. */
const RUNTIME = ['libstdc++', 'libgcc'].map((name) => ({
  type: 'library',
  'bom-ref': name,
  name,
  scope: 'required',
  licenses: [{ expression: 'GPL-3.0-or-later WITH GCC-exception-3.1' }],
}));

export function sbom() {
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const components = [...handedOut(lock).map((path) => component(path, lock.packages[path])), ...RUNTIME];
  const main = `pkg:npm/${own.name}@${own.version}`;
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(sourceDate() * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': main,
        name: own.name,
        version: own.version,
        purl: main,
        licenses: [{ license: { id: own.license } }],
      },
    },
    components,
    dependencies: [{ ref: main, dependsOn: components.map((each) => each['bom-ref']) }],
  };
  return `${JSON.stringify({ ...document, serialNumber: serial(document) }, null, 2)}\n`;
}

function component(path, { version, license, integrity }) {
  const name = path.replace(/^.*node_modules\//, '');
  const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
  const [algorithm = '', digest = ''] = integrity?.split(/-(.*)/s) ?? [];
  const content = Buffer.from(digest, 'base64').toString('hex');
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    scope: 'required',
    purl,
    licenses: [{ license: { id: license } }],
    hashes: [{ alg: algorithm.replace(/^sha/, 'SHA-'), content }],
  };
}

/** A UUID of what it says (RFC 9562, version 8), not of chance. */
function serial(document) {
  const digits = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
  ];
  return `urn:uuid:${parts.join('-')}-${digits.slice(20, 32)}`;
}
