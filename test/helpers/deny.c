// deny NAME=ERRNO… -- COMMAND…: runs the command under a seccomp filter that answers system calls with errors, as an old
// kernel or a container's filter does. Children inherit it.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct name {
  const char* name;
  int number;
};

static const struct name CALLS[] = {
    {"clone3", SYS_clone3},           {"pidfd_getfd", SYS_pidfd_getfd},       {"close_range", SYS_close_range},
    {"unshare", SYS_unshare},         {"memfd_create", SYS_memfd_create},     {"mount", SYS_mount},
    {"sethostname", SYS_sethostname}, {"setsid", SYS_setsid},                 {"prctl", SYS_prctl},
    {"setgroups", SYS_setgroups},     {"setresuid", SYS_setresuid},           {"setresgid", SYS_setresgid},
    {"umask", SYS_umask},             {"getcwd", SYS_getcwd},                 {"signalfd4", SYS_signalfd4},
    {"pidfd_open", SYS_pidfd_open},   {"sched_setscheduler", SYS_sched_setscheduler},
    {"inotify_init1", SYS_inotify_init1}, {"mount_setattr", SYS_mount_setattr},
    {"fsopen", SYS_fsopen},           {"keyctl", SYS_keyctl},
    {"landlock_create_ruleset", SYS_landlock_create_ruleset},
    {"landlock_add_rule", SYS_landlock_add_rule},
    {"landlock_restrict_self", SYS_landlock_restrict_self},
};
static const struct name ERRORS[] = {
    {"ENOSYS", ENOSYS}, {"EPERM", EPERM}, {"ENOMEM", ENOMEM}, {"ENOSPC", ENOSPC}, {"EACCES", EACCES}, {"EMFILE", EMFILE},
    {"EINVAL", EINVAL},
};

static int find(const struct name* table, size_t count, const char* name) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(table[i].name, name) == 0) return table[i].number;
  }
  fprintf(stderr, "deny: unknown name: %s\n", name);
  exit(2);
}

#define FIND(table, name) find(table, sizeof table / sizeof table[0], name)

int main(int argc, char** argv) {
  struct sock_filter program[64] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  unsigned short length = 1;
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    char* error = strchr(argv[i], '=');
    if (error == NULL || length > 60) return 2;
    *error++ = 0;
    const int call = FIND(CALLS, argv[i]);
    program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1);
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)FIND(ERRORS, error));
  }
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog filter = {length, program};
  if (i + 1 >= argc) return 2;
  // Where that is not permitted (no root), no new privileges is the price.
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) {
      perror("deny: seccomp");
      return 2;
    }
  }
  execvp(argv[i + 1], argv + i + 1);
  perror(argv[i + 1]);
  return 2;
}
