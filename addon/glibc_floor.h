// Binds what moved into libc.so with glibc 2.34 to the names that older ones have as well: then the addon
// loads wherever Node does (glibc 2.28). Every file of the addon is compiled with it.
#pragma once

#include <features.h>

#ifdef __GLIBC__
#if defined(__x86_64__)
#define TSJAIL_OLD "GLIBC_2.2.5"
#define TSJAIL_OLD_NAME "GLIBC_2.12"
#define TSJAIL_OLD_CLOCK "GLIBC_2.3.3"
#elif defined(__aarch64__)
#define TSJAIL_OLD "GLIBC_2.17"
#define TSJAIL_OLD_NAME "GLIBC_2.17"
#define TSJAIL_OLD_CLOCK "GLIBC_2.17"
#endif
#endif

#ifdef TSJAIL_OLD
__asm__(".symver pthread_create,pthread_create@" TSJAIL_OLD);
__asm__(".symver dlsym,dlsym@" TSJAIL_OLD);
__asm__(".symver pthread_attr_setstacksize,pthread_attr_setstacksize@" TSJAIL_OLD);
__asm__(".symver pthread_condattr_setclock,pthread_condattr_setclock@" TSJAIL_OLD_CLOCK);
__asm__(".symver pthread_setname_np,pthread_setname_np@" TSJAIL_OLD_NAME);
#endif
