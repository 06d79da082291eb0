// self: prints what a process is and has that set-up is to have seen to, the same each time: for jails to be compared.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char* const OF_STATUS[] = {"Umask", "Uid", "Gid", "Groups", "Sig", "Shd", "Cap", "NoNewPrivs", "Seccomp"};

static void status_lines(const char* path, int signals) {
  char line[512];
  FILE* file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    for (size_t i = 0; i < sizeof OF_STATUS / sizeof OF_STATUS[0]; i++) {
      if (strncmp(line, OF_STATUS[i], strlen(OF_STATUS[i])) == 0 && strncmp(line, "SigQ", 4) != 0 &&
          (signals || (line[0] != 'S' && line[0] != 'U'))) fputs(line, stdout);
    }
  }
  if (file != NULL) fclose(file);
}

// Who stands above us drops its rights while we start.
static void await_settled(const char* path) {
  char text[4096];
  for (int left = 2000; left > 0; left--) {
    FILE* file = fopen(path, "r");
    if (file == NULL) return;
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    if (strstr(text, "NoNewPrivs:\t1") != NULL) return;
    usleep(1000);
  }
}

// Without the numbers of mounts and devices, which are others each time.
static void mounts(void) {
  char line[4096];
  FILE* file = fopen("/proc/self/mountinfo", "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    char* at = line;
    for (int i = 0; i < 3 && at != NULL; i++) at = strchr(at + 1, ' ');
    if (at != NULL) fputs(at, stdout);
  }
  if (file != NULL) fclose(file);
}

static void descriptors(void) {
  DIR* all = opendir("/proc/self/fd");
  if (all == NULL) return;
  char to[256];
  for (const struct dirent* entry; (entry = readdir(all)) != NULL;) {
    if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(all)) continue;
    const ssize_t size = readlinkat(dirfd(all), entry->d_name, to, sizeof to - 1);
    to[size < 0 ? 0 : size] = 0;
    // The number of a pipe or a socket says nothing.
    to[strcspn(to, ":")] = 0;
    printf("fd %s %s\n", entry->d_name, to);
  }
  closedir(all);
}

static void files(void) {
  static const char* const NAMES[] = {"cgroup", "limits", "oom_score_adj", "uid_map", "gid_map", "setgroups"};
  char path[64];
  char text[8192];
  for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
    snprintf(path, sizeof path, "/proc/self/%s", NAMES[i]);
    FILE* file = fopen(path, "r");
    const size_t size = file == NULL ? 0 : fread(text, 1, sizeof text, file);
    fwrite(text, 1, size, stdout);
    if (file != NULL) fclose(file);
  }
}

// `host` is `NAME:[INODE]` of each namespace outside.
static void namespaces(int count, char** host) {
  static const char* const NAMES[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};
  char path[64];
  char to[64] = "";
  for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
    snprintf(path, sizeof path, "/proc/self/ns/%s", NAMES[i]);
    const ssize_t size = readlink(path, to, sizeof to - 1);
    to[size < 0 ? 0 : size] = 0;
    int same = 0;
    for (int k = 0; k < count; k++) same = same || strcmp(host[k], to) == 0;
    printf("%s: %s\n", NAMES[i], size < 0 ? "not to be seen" : same ? "the host's" : "its own");
  }
}

// Of the kernel's rules for a process, those that no file of /proc shows.
static void unseen(void) {
  int death = 0;
  prctl(PR_GET_PDEATHSIG, &death);
  printf("dies by %d with its init\n", death);
  const int made = open("/etc/made", O_CREAT | O_WRONLY, 0600);
  printf("writes to /etc: %s\n", made < 0 ? strerror(errno) : "yes");
}

int main(int argc, char** argv) {
  char cwd[4096];
  char parent[64];
  struct utsname names;
  uname(&names);
  printf("%s in %s\n", names.nodename, getcwd(cwd, sizeof cwd) ? cwd : "nowhere");
  printf("leads %d, policy %d, nice %d\n", getsid(0) == getpgrp() || getsid(0) == 0, sched_getscheduler(0),
         getpriority(PRIO_PROCESS, 0));
  status_lines("/proc/self/status", 1);
  snprintf(parent, sizeof parent, "/proc/%d/status", getppid());
  await_settled(parent);
  status_lines(parent, 0);
  unseen();
  files();
  namespaces(argc - 1, argv + 1);
  descriptors();
  mounts();
  return 0;
}
