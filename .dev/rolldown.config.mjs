// dist/: the command and all that it loads in a few files. Every module in a file of its own would cost a start as much
// again, and a descriptor each while it is read.
export default {
  input: 'src/main.ts',
  platform: 'node',
  // What is told of a module in the output is its path here, wherever a linked node_modules really is.
  resolve: { symlinks: false },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
  },
};
