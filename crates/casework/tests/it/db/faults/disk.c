/* A disk that fails when it is told to: preloaded into the test's own child. The file named by BAOXUE_TEST_DISK holds
 * four numbers: how many more writes, and how many more flushes, of files of the database succeed (-1: all do); and how
 * many of each there have been. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int *told(void) {
    static volatile int *numbers;
    if (!numbers) {
        int fd = open(getenv("BAOXUE_TEST_DISK"), O_RDWR);
        numbers = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    return numbers;
}

static int fails(int fd, int which) {
    char link[64] = "/proc/self/fd/", path[4096], digits[16];
    int saved = errno, n = 0, rest = fd;
    do digits[n++] = '0' + rest % 10; while (rest /= 10);
    size_t at = strlen(link);
    while (n) link[at++] = digits[--n];
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length < 0) return 0;
    path[length] = 0;
    if (!strstr(path, "county.db") || strstr(path, "-lock")) return 0;
    volatile int *numbers = told();
    numbers[2 + which]++;
    if (numbers[which] < 0) return 0;
    if (numbers[which] == 0) return 1;
    numbers[which]--;
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    if (fails(fd, 0)) { errno = ENOSPC; return -1; }
    return syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    if (fails(fd, 0)) { errno = ENOSPC; return -1; }
    return syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

int fsync(int fd) {
    if (fails(fd, 1)) { errno = EIO; return -1; }
    return syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    if (fails(fd, 1)) { errno = EIO; return -1; }
    return syscall(SYS_fdatasync, fd);
}
