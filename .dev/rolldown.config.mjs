// dist/: the command and all that it loads in a few files. Every module in a file of its own would cost a start as much
// again, and a descriptor each while it is read. They are CommonJS: Node loads them in half the time that modules of ECMAScript
// take, whose loader is asynchronous and reads each file on another thread.
export default {
  input: 'src/main.ts',
  platform: 'node',
  // What is told of a module in the output is its path here, wherever a linked node_modules really is.
  resolve: { symlinks: false },
  plugins: [
    { name: 'commonjs', generateBundle: sayCommonJs },
    { name: 'narrow', generateBundle: narrowAll },
  ],
  output: {
    dir: 'dist',
    format: 'cjs',
    // As modules are.
    strict: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  },
};

/** The package around it says that its files are modules. */
function sayCommonJs() {
  this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
}

/** V8 keeps the text of a file for as long as it runs, and one character beyond Latin-1 makes each of them take two bytes. All
 *  of them stand in literals, where an escape is the same. */
function narrowAll(_options, bundle) {
  for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = narrow(file.code);
}

function narrow(code) {
  return code.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
