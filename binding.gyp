{
  'variables': {
    'warnings': ['-Wall', '-Wextra', '-Werror', '-Wshadow'],
    # Node's own flags have -fno-exceptions and -fno-rtti already; a list that is excluded here excludes ours too.
    'standard_of_node': ['-std=gnu++17', '-std=gnu++20'],
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
        # An environment that is being torn down runs no JavaScript: what would be thrown then is dropped, not fatal.
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
      ],
      'cflags': ['-fvisibility=hidden', '<@(warnings)'],
      'cflags_cc!': ['<@(standard_of_node)'],
      'cflags_cc': [
        '-std=c++20',
        # Not an include_dir: their headers do not pass our warnings.
        '-isystem', '<!(node -p "require.resolve(\'node-addon-api/package.json\').slice(0, -13)")',
      ],
      # Node unloads the addons of a worker when it ends; the launchers run on in this one's code for a moment.
      'ldflags': ['-Wl,-z,nodelete'],
    },
    {
      # Linked with nothing: a libc's start costs more than a jail's whole plan, and no library of the jail's root may
      # ever be loaded into it.
      'target_name': 'tsjail-jailer',
      'type': 'executable',
      'sources': [
        'addon/jailer/capabilities.cc',
        'addon/jailer/command.cc',
        'addon/jailer/control.cc',
        'addon/jailer/end_of_jail.cc',
        'addon/jailer/exec.cc',
        'addon/jailer/fds.cc',
        'addon/jailer/guard.cc',
        'addon/jailer/ids.cc',
        'addon/jailer/init.cc',
        'addon/jailer/limits.cc',
        'addon/jailer/main.cc',
        'addon/jailer/mount_attributes.cc',
        'addon/jailer/mount_table.cc',
        'addon/jailer/mounts.cc',
        'addon/jailer/names.cc',
        'addon/jailer/net.cc',
        'addon/jailer/paths.cc',
        'addon/jailer/plan.cc',
        'addon/jailer/refork.cc',
        'addon/jailer/session.cc',
        'addon/jailer/sys.cc',
        'addon/jailer/text.cc',
      ],
      'cflags!': ['-pthread'],
      'cflags': ['<@(warnings)'],
      'cflags_cc!': ['<@(standard_of_node)', '-O3'],
      'cflags_cc': [
        '-std=c++20', '-Os', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-fno-asynchronous-unwind-tables',
        '-fno-threadsafe-statics', '-fno-builtin', '-ffunction-sections',
      ],
      'ldflags!': ['-rdynamic', '-pthread', '-m64'],
      'ldflags': ['-static', '-nostdlib', '-no-pie', '-Wl,--gc-sections', '-Wl,--build-id=none', '-Wl,-z,noexecstack'],
      'libraries!': ['-lstdc++'],
    },
  ],
}
