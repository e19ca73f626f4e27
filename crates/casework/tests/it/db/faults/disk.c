/* A disk and a network that do what they are told: preloaded into a test's own child.
 *
 * BAOXUE_TEST_DISK names a file of numbers that both sides map (below). With it the k-th write or flush of a file of
 * the database fails, or the process dies by SIGKILL just before or just after the k-th of them; and the same for the
 * k-th call on a TCP connection, which can also be cut. BAOXUE_TEST_RECORD names a file to which every write,
 * truncation, removal and flush of these files is appended with its content: what a power cut may lose or reorder. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    WRITES, FLUSHES,           /* how many more succeed; -1: all */
    WRITES_SEEN, FLUSHES_SEEN,
    KILL_AT, KILL_AFTER,       /* the number of the call, from 1; 0: never. 1: when it is done, 0: before it */
    CALLS_SEEN,
    NET_AT, NET_HOW,           /* likewise on TCP; 0 killed before, 1 killed after, 2 cut before, 3 cut after */
    NET_SEEN
};

static volatile int *told(void) {
    static volatile int *numbers;
    const char *path = getenv("BAOXUE_TEST_DISK");
    if (!path) return 0;
    if (!numbers) {
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0) return 0;
        numbers = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        syscall(SYS_close, fd);
    }
    return numbers;
}

static void die(void) { syscall(SYS_kill, getpid(), SIGKILL); for (;;) pause(); }

/* Which file: 0 the database, 1 its WAL, 2 its journal; -1 none of them. */
static int which(const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    const char *end = strstr(name, ".db");
    if (!end || strstr(name, "-lock")) return -1;
    end += 3;
    if (!strcmp(end, "-wal")) return 1;
    if (!strcmp(end, "-journal")) return 2;
    return *end ? -1 : 0;
}

/* The same for a descriptor; 3 for a folder. */
static int of(int fd) {
    char link[64] = "/proc/self/fd/", path[4096], digits[16];
    int n = 0, rest = fd;
    if (fd < 0) return -1;
    do digits[n++] = '0' + rest % 10; while (rest /= 10);
    size_t at = strlen(link);
    while (n) link[at++] = digits[--n];
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return -1;
    path[length] = 0;
    int file = which(path);
    struct stat about;
    if (file < 0 && !fstat(fd, &about) && S_ISDIR(about.st_mode)) return 3;
    return file;
}

static void record(char kind, int file, int64_t at, const void *bytes, size_t size) {
    static int log = -2;
    if (log == -2) {
        const char *path = getenv("BAOXUE_TEST_RECORD");
        log = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    }
    if (log < 0) return;
    struct { int32_t kind, file; int64_t at, size; } head = {kind, file, at, (int64_t)size};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, size}};
    if (syscall(SYS_writev, log, parts, size ? 2 : 1) < 0) die();
}

/* Before a call: whether it is to fail; `after` says whether the process dies when it is done. */
static int begins(int kind, int *after) {
    volatile int *numbers = told();
    *after = 0;
    if (!numbers) return 0;
    if (++numbers[CALLS_SEEN] == numbers[KILL_AT]) {
        if (!numbers[KILL_AFTER]) die();
        *after = 1;
    }
    if (kind < 0) return 0;
    numbers[WRITES_SEEN + kind]++;
    if (numbers[kind] < 0) return 0;
    if (numbers[kind] == 0) return 1;
    numbers[kind]--;
    return 0;
}

static ssize_t put(int fd, const void *bytes, size_t size, off64_t at, int placed) {
    int saved = errno, file = of(fd), after = 0;
    errno = saved;
    if (file >= 0 && begins(WRITES, &after)) { errno = ENOSPC; return -1; }
    if (file >= 0 && !placed) at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = placed ? syscall(SYS_pwrite64, fd, bytes, size, at) : syscall(SYS_write, fd, bytes, size);
    if (file >= 0 && done > 0) record('w', file, at, bytes, (size_t)done);
    if (after) die();
    return done;
}

ssize_t write(int fd, const void *bytes, size_t size) { return put(fd, bytes, size, 0, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { return put(fd, bytes, size, at, 1); }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return put(fd, bytes, size, at, 1); }

static int flush(int fd, long call) {
    int saved = errno, file = of(fd), after = 0;
    errno = saved;
    if (file >= 0 && begins(FLUSHES, &after)) { errno = EIO; return -1; }
    int done = syscall(call, fd);
    if (file >= 0 && !done) record('s', file, 0, 0, 0);
    if (after) die();
    return done;
}

int fsync(int fd) { return flush(fd, SYS_fsync); }
int fdatasync(int fd) { return flush(fd, SYS_fdatasync); }

static int cut(int fd, off64_t size) {
    int saved = errno, file = of(fd), after = 0;
    errno = saved;
    if (file >= 0) begins(-1, &after);
    int done = syscall(SYS_ftruncate, fd, size);
    if (file >= 0 && !done) record('t', file, size, 0, 0);
    if (after) die();
    return done;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }

int unlink(const char *path) {
    int file = which(path), after = 0;
    if (file >= 0) begins(-1, &after);
    int done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (file >= 0 && !done) record('u', file, 0, 0, 0);
    if (after) die();
    return done;
}

/* Before a call on TCP: 1 when it is to be cut before, 2 after it, 3 when the process dies after it. */
static int talks(int fd) {
    volatile int *numbers = told();
    int saved = errno, kind = 0;
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (!numbers || !numbers[NET_AT] || getpeername(fd, (struct sockaddr *)&peer, &size) || peer.ss_family != AF_INET) {
        errno = saved;
        return 0;
    }
    errno = saved;
    if (++numbers[NET_SEEN] != numbers[NET_AT]) return 0;
    switch (numbers[NET_HOW]) {
    case 0: die();
    case 1: kind = 3; break;
    case 2: kind = 1; break;
    case 3: kind = 2; break;
    }
    return kind;
}

static ssize_t told_off(int fd) { shutdown(fd, SHUT_RDWR); errno = ECONNRESET; return -1; }
static ssize_t said(int fd, int how, ssize_t done) {
    if (how == 3) die();
    if (how == 2) shutdown(fd, SHUT_RDWR);
    return done;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
    int how = talks(fd);
    return how == 1 ? told_off(fd) : said(fd, how, syscall(SYS_sendto, fd, bytes, size, flags, 0, 0));
}

ssize_t recv(int fd, void *bytes, size_t size, int flags) {
    int how = talks(fd);
    return how == 1 ? told_off(fd) : said(fd, how, syscall(SYS_recvfrom, fd, bytes, size, flags, 0, 0));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    int how = talks(fd);
    return how == 1 ? told_off(fd) : said(fd, how, syscall(SYS_writev, fd, parts, count));
}
