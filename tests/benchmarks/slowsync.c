/* A slower disk: every fsync and fdatasync of the process takes EDGED_SYNC_MS milliseconds more.
 *   gcc -shared -fPIC -O2 -o slowsync.so slowsync.c -ldl      LD_PRELOAD=./slowsync.so
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(const char *name, int file)
{
    int (*real)(int);
    const char *ms = getenv("EDGED_SYNC_MS");
    *(void **)&real = dlsym(RTLD_NEXT, name);
    if (ms)
        usleep((useconds_t)(atof(ms) * 1000));
    return real(file);
}

int fsync(int file)
{
    return slowly("fsync", file);
}

int fdatasync(int file)
{
    return slowly("fdatasync", file);
}
