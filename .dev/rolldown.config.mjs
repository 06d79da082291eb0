// dist/: the command and all that it loads in a few files. Every module in a file of its own would cost a start as much
// again, and a descriptor each while it is read. They are CommonJS: Node loads them in half the time that modules of ECMAScript
// take, whose loader is asynchronous and reads each file on another thread.
export default {
  input: 'src/main.ts',
  platform: 'node',
  // What is told of a module in the output is its path here, wherever a linked node_modules really is.
  resolve: { symlinks: false },
  plugins: [{ name: 'commonjs', generateBundle: sayCommonJs }],
  output: {
    dir: 'dist',
    format: 'cjs',
    // As modules are.
    strict: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
  },
};

/** The package around it says that its files are modules. */
function sayCommonJs() {
  this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
}
