{
  'variables': {
    'warnings': ['-Wall', '-Wextra', '-Werror', '-Wshadow'],
    # libuv and V8 want them for themselves; ours are named below.
    'cxx_of_node': ['-std=gnu++17', '-fno-rtti', '-fno-exceptions'],
  },
  'targets': [
    {
      'target_name': 'tsjail',
      'sources': [
        'addon/addon.cc',
        'addon/cloner.cc',
        'addon/error_names.cc',
        'addon/exit_watcher.cc',
        'addon/fds.cc',
        'addon/kernel_features.cc',
        'addon/js.cc',
        'addon/launcher.cc',
        'addon/loop.cc',
        'addon/memfd.cc',
        'addon/processes.cc',
        'addon/sockets.cc',
        'addon/spawner.cc',
        'addon/vfork_child.cc',
      ],
      'defines': [
        'NAPI_VERSION=8',
        'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
        'NODE_ADDON_API_DISABLE_DEPRECATED',
      ],
      'cflags': ['-fvisibility=hidden', '<@(warnings)'],
      'cflags_cc!': ['<@(cxx_of_node)'],
      'cflags_cc': [
        '-std=c++20', '-fno-exceptions', '-fno-rtti',
        # Not an include_dir: their headers do not pass our warnings.
        '-isystem', '<!(node -p "require.resolve(\'node-addon-api/package.json\').slice(0, -13)")',
      ],
    },
  ],
}
