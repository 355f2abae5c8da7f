// Parses Julia files: node julia_parse.cjs FILE... Output: TAP. Needs the npm package @plutojl/lezer-julia, in a
// node_modules folder that node finds (NODE_PATH). Where the text is not Julia its tree has nodes of type error.
const fs = require('fs');
const { parser } = require('@plutojl/lezer-julia');

let number = 0;
let failures = 0;

function report(good, name, log) {
  number++;
  failures += good ? 0 : 1;
  console.log(`${good ? 'ok' : 'not ok'} ${number} - ${name}`);
  if (!good) for (const line of log) console.log(`# ${line}`);
}

// The positions of errors.
function errors(text) {
  const found = [];
  parser.parse(text).iterate({ enter: (node) => { if (node.type.isError) found.push(node.from); } });
  return found;
}

// The text without one of its closing tokens, for about ten of them.
function broken(text) {
  const tokens = [];
  parser.parse(text).iterate({
    enter: (node) => { if ([')', ']', '}', 'end'].includes(node.name)) tokens.push([node.from, node.to]); },
  });
  const step = Math.ceil(tokens.length / 10);
  return tokens.filter((token, index) => index % step === 0)
    .map(([from, to]) => ({ at: from, text: text.slice(0, from) + text.slice(to) }));
}

const place = (text, at) => `line ${text.slice(0, at).split('\n').length}`;

for (const file of process.argv.slice(2)) {
  const text = fs.readFileSync(file, 'utf8');
  const name = file.split('/').slice(-2).join('/');
  report(errors(text).length === 0, `${name} is Julia`, errors(text).map((at) => place(text, at)));
  const variants = broken(text);
  const unseen = variants.filter((variant) => errors(variant.text).length === 0);
  report(variants.length > 0 && unseen.length === 0, `${name} is not, without any of ${variants.length} closing tokens`,
    unseen.map((variant) => `unseen: ${place(text, variant.at)}`));
}
console.log(`1..${number}`);
process.exit(failures > 0 ? 1 : 0);
