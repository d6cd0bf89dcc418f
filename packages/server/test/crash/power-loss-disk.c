/*
 * A disk that loses power, for the crash test: an LD_PRELOAD library that stands between the service
 * and the files below one folder (POWER_LOSS_ROOT), and notes in another (POWER_LOSS_NOTES) how to get
 * back from what is in the files to what has been synced. kill -9 leaves everything that was written,
 * since the kernel has it; after a kill the harness (power-loss-disk.ts) applies the notes, and what is
 * left is what a power failure may leave.
 *
 *   contents  fsync or fdatasync of a file makes its size and blocks durable. Before a block is first
 *             changed after that, its old bytes go into <notes>/<inode>.undo.
 *   names     creating, linking, renaming and unlinking are durable when the folder is synced. Until
 *             then they stand in <notes>/names, and what was unlinked is kept as <notes>/kept-<n>.
 *   not kept  SQLite's -shm file: shared memory, made anew after a power failure.
 *
 * A note is always made before the change it can undo, so a kill at any instruction finds enough.
 * The real fsync is not called: the notes are the disk.
 *
 * Faults, switched on and off by the harness through <notes>/control (see `struct control`): writes
 * that fail, syncs that fail, and syncs that lie. A sync that fails does what Linux does: the blocks
 * count as clean from then on, so that later syncs do not write them, until they are written again.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096
#define FDS_MAX 65536
#define NAMES_MAX 4096

/* As in power-loss-disk.ts: 32-bit numbers in this order. */
struct control {
  volatile int32_t write_errno;  /* what each write answers; ENOSPC only where a file would grow */
  volatile int32_t sync_errno;   /* what each sync answers */
  volatile int32_t faults_left;  /* how many of these; below 0: no end */
  volatile int32_t syncs_lie;    /* syncs answer 0 and do nothing */
  volatile int32_t syncs;        /* counted for the report */
  volatile int32_t writes;
  volatile int32_t uncovered;    /* things done to the files that are not undone here: must stay 0 */
};

enum { DIRTY = 1, STUCK = 2 };

struct tracked {
  ino_t inode;
  dev_t device;
  int64_t durable_size;
  int undo;            /* fd of the notes: int64 durable size, then slots */
  int reader;          /* 0: none needed so far */
  int32_t slots;
  int32_t blocks;      /* how long the two arrays are */
  int32_t *slot_of;    /* by block; -1: no slot */
  uint8_t *flags;      /* by block */
  int has_stuck;
  struct tracked *next;
};

struct slot {
  int64_t block;
  int64_t bytes;       /* of the old block that existed; the rest is zero */
  char old[BLOCK];
};

struct name_note {
  char *folder;        /* whose sync makes it durable */
  char *line;
  char *kept;          /* or NULL */
};

static char root[PATH_MAX];
static char notes[PATH_MAX];
static size_t root_length;
static struct control *control;
static struct control no_control;
static struct tracked *files;
static struct tracked *by_fd[FDS_MAX];
static struct name_note names[NAMES_MAX];
static int name_count, kept_count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_rmdir)(const char *);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);
static ssize_t (*real_sendfile)(int, int, off_t *, size_t);

static void die(const char *what) {
  dprintf(2, "power-loss-disk: %s: %s\n", what, strerror(errno));
  abort();
}

static void find_real(void) {
#define FIND(name, symbol) *(void **)&real_##name = dlsym(RTLD_NEXT, symbol)
  FIND(open, "open64");
  FIND(openat, "openat64");
  FIND(write, "write");
  FIND(writev, "writev");
  FIND(pwrite, "pwrite64");
  FIND(pwritev, "pwritev64");
  FIND(ftruncate, "ftruncate64");
  FIND(unlink, "unlink");
  FIND(unlinkat, "unlinkat");
  FIND(rename, "rename");
  FIND(link, "link");
  FIND(mkdir, "mkdir");
  FIND(rmdir, "rmdir");
  FIND(fsync, "fsync");
  FIND(fdatasync, "fdatasync");
  FIND(mmap, "mmap64");
  FIND(sendfile, "sendfile64");
}

static void set_up(void) {
  find_real();
  control = &no_control;
  const char *given_root = getenv("POWER_LOSS_ROOT"), *given_notes = getenv("POWER_LOSS_NOTES");
  if (given_root == NULL || given_notes == NULL || realpath(given_root, root) == NULL) return;
  snprintf(notes, sizeof notes, "%s", given_notes);
  char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/control", notes);
  int fd = real_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) die(path);
  void *map = real_mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) die("control");
  close(fd);
  control = map;
  root_length = strlen(root);
}

static void begin(void) {
  pthread_once(&once, set_up);
  pthread_mutex_lock(&mutex);
}

static void end(void) {
  int kept = errno;
  pthread_mutex_unlock(&mutex);
  errno = kept;
}

/* ---- which paths and descriptors ---- */

static int ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), ending_length = strlen(ending);
  return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

/* The absolute path with its folder resolved, if it stands below the root. */
static int below_root(const char *path, char *absolute) {
  if (root_length == 0) return 0;
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s", path);
  char *slash = strrchr(folder, '/');
  const char *name = slash == NULL ? path : path + (slash - folder) + 1;
  if (slash == NULL) strcpy(folder, ".");
  else if (slash == folder) return 0;
  else *slash = '\0';
  char resolved[PATH_MAX];
  if (realpath(folder, resolved) == NULL) return 0;
  if (strncmp(resolved, root, root_length) != 0) return 0;
  if (resolved[root_length] != '\0' && resolved[root_length] != '/') return 0;
  return snprintf(absolute, PATH_MAX, "%s/%s", resolved, name) < PATH_MAX;
}

static void note_durable_size(struct tracked *file) {
  if (real_pwrite(file->undo, &file->durable_size, sizeof(int64_t), 0) != sizeof(int64_t)) die("undo");
}

static const char *undo_path(ino_t inode, char *path) {
  snprintf(path, PATH_MAX + 32, "%s/%lu.undo", notes, (unsigned long)inode);
  return path;
}

static struct tracked *track(const struct stat *status) {
  for (struct tracked *file = files; file != NULL; file = file->next)
    if (file->inode == status->st_ino && file->device == status->st_dev) return file;
  struct tracked *file = calloc(1, sizeof *file);
  file->inode = status->st_ino;
  file->device = status->st_dev;
  file->durable_size = status->st_size;
  char path[PATH_MAX + 32];
  undo_path(file->inode, path);
  file->undo = real_open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file->undo < 0) die(path);
  note_durable_size(file);
  file->next = files;
  files = file;
  return file;
}

/* The path of a descriptor that stands at or below the root. */
static int path_of(int fd, char *path) {
  if (root_length == 0) return 0;
  char link_path[64];
  snprintf(link_path, sizeof link_path, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link_path, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = '\0';
  if (strncmp(path, root, root_length) != 0) return 0;
  return path[root_length] == '\0' || path[root_length] == '/';
}

static void remember_fd(int fd) {
  if (fd < 0 || fd >= FDS_MAX) return;
  by_fd[fd] = NULL;
  char path[PATH_MAX];
  struct stat status;
  if (!path_of(fd, path) || ends_with(path, "-shm")) return;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) by_fd[fd] = track(&status);
}

/* Descriptors are closed and used again behind our back (libuv makes the system call itself). */
static struct tracked *tracked_by(int fd, struct stat *status) {
  if (fd < 0 || fd >= FDS_MAX || by_fd[fd] == NULL) return NULL;
  struct tracked *file = by_fd[fd];
  if (fstat(fd, status) == 0 && status->st_ino == file->inode && status->st_dev == file->device)
    return file;
  by_fd[fd] = NULL;
  return NULL;
}

/* ---- faults ---- */

static int fails(int error) {
  if (error == 0 || control->faults_left == 0) return 0;
  if (control->faults_left > 0) control->faults_left -= 1;
  errno = error;
  return 1;
}

/* ---- contents ---- */

static void make_room(struct tracked *file, int64_t blocks) {
  if (blocks <= file->blocks) return;
  int32_t more = (int32_t)(blocks * 2);
  file->slot_of = realloc(file->slot_of, more * sizeof(int32_t));
  file->flags = realloc(file->flags, more);
  if (file->slot_of == NULL || file->flags == NULL) die("memory");
  memset(file->slot_of + file->blocks, 0xff, (more - file->blocks) * sizeof(int32_t));
  memset(file->flags + file->blocks, 0, more - file->blocks);
  file->blocks = more;
}

static void put_slot(struct tracked *file, const struct slot *slot) {
  off_t at = sizeof(int64_t) + (off_t)file->slots * sizeof *slot;
  if (real_pwrite(file->undo, slot, sizeof *slot, at) != sizeof *slot) die("undo");
  file->slot_of[slot->block] = file->slots++;
}

/* Keeps what the disk has of a block, unless that is kept already or the disk has nothing. */
static void keep_block(struct tracked *file, int fd, int64_t block) {
  if (file->slot_of[block] >= 0 || block * BLOCK >= file->durable_size) return;
  struct slot slot = {.block = block};
  int64_t rest = file->durable_size - block * BLOCK;
  size_t length = rest < BLOCK ? rest : BLOCK;
  slot.bytes = pread(fd, slot.old, length, block * BLOCK);
  if (slot.bytes < 0 && errno == EBADF) {
    /* Opened for writing only. The other descriptor is never closed: that would end SQLite's locks. */
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (file->reader == 0) file->reader = real_open(path, O_RDONLY | O_CLOEXEC);
    slot.bytes = pread(file->reader, slot.old, length, block * BLOCK);
  }
  if (slot.bytes < 0) die("pread");
  put_slot(file, &slot);
}

static void before_change(struct tracked *file, int fd, int64_t from, int64_t to) {
  if (to <= from) return;
  make_room(file, (to + BLOCK - 1) / BLOCK);
  for (int64_t block = from / BLOCK; block * BLOCK < to; block++) {
    keep_block(file, fd, block);
    file->flags[block] = DIRTY;
  }
}

/* What has been written since the last sync is on disk now; what an earlier sync failed to write is not. */
static void make_durable(struct tracked *file, int64_t size) {
  struct slot *stuck = NULL;
  int32_t stuck_count = 0;
  if (file->has_stuck) {
    stuck = calloc(file->slots, sizeof *stuck);
    for (int32_t index = 0; index < file->slots; index++) {
      struct slot *slot = &stuck[stuck_count];
      off_t at = sizeof(int64_t) + (off_t)index * sizeof *slot;
      if (pread(file->undo, slot, sizeof *slot, at) != sizeof *slot) die("undo");
      if (file->flags[slot->block] & STUCK) stuck_count++;
    }
  }
  /* An empty file says that all is durable: it is, whenever the kill comes. */
  if (real_ftruncate(file->undo, 0) != 0) die("undo");
  file->durable_size = size;
  file->slots = 0;
  memset(file->slot_of, 0xff, file->blocks * sizeof(int32_t));
  for (int32_t block = 0; block < file->blocks; block++) file->flags[block] &= STUCK;
  note_durable_size(file);
  for (int32_t index = 0; index < stuck_count; index++) put_slot(file, &stuck[index]);
  file->has_stuck = stuck_count > 0;
  free(stuck);
}

/* The kernel has dropped the error and calls the blocks clean: no later sync will write them. */
static void lose_dirty(struct tracked *file) {
  for (int32_t block = 0; block < file->blocks; block++) {
    if (!(file->flags[block] & DIRTY)) continue;
    file->flags[block] = STUCK;
    file->has_stuck = 1;
    struct slot nothing = {.block = block};
    if (file->slot_of[block] < 0) put_slot(file, &nothing);
  }
}

static int sync_file(int fd, int (*real)(int)) {
  struct stat status;
  begin();
  struct tracked *file = tracked_by(fd, &status);
  int result = 0;
  if (file == NULL) {
    end();
    return real(fd);
  }
  control->syncs += 1;
  if (fails(control->sync_errno)) {
    lose_dirty(file);
    result = -1;
  } else if (!control->syncs_lie) {
    make_durable(file, status.st_size);
  }
  end();
  return result;
}

/* ---- names ---- */

static void write_names(void) {
  char draft[PATH_MAX + 16], path[PATH_MAX + 16];
  snprintf(draft, sizeof draft, "%s/names.draft", notes);
  snprintf(path, sizeof path, "%s/names", notes);
  int fd = real_open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) die(draft);
  for (int index = 0; index < name_count; index++) dprintf(fd, "%s\n", names[index].line);
  close(fd);
  if (real_rename(draft, path) != 0) die(path);
}

/* kind, the path, and for a rename the old path or else what was kept, separated by tabs. */
static void note_name(const char *kind, const char *path, const char *from, const char *kept) {
  if (name_count == NAMES_MAX) die("too many names");
  struct name_note *note = &names[name_count++];
  note->folder = strdup(path);
  *strrchr(note->folder, '/') = '\0';
  note->kept = kept == NULL ? NULL : strdup(kept);
  if (asprintf(&note->line, "%s\t%s\t%s\t%s", kind, path, from ? from : "", kept ? kept : "") < 0)
    die("memory");
  write_names();
}

static const char *keep_file(const char *path, char *kept) {
  snprintf(kept, PATH_MAX + 32, "%s/kept-%d", notes, kept_count++);
  if (real_link(path, kept) != 0) die(kept);
  return kept;
}

/* Gone for good; its inode's number may come back with another file. */
static void let_go(const char *kept) {
  struct stat status;
  if (stat(kept, &status) == 0 && status.st_nlink == 1) {
    for (struct tracked *file = files; file != NULL; file = file->next) {
      if (file->inode != status.st_ino) continue;
      char path[PATH_MAX + 32];
      real_unlink(undo_path(file->inode, path));
      file->inode = 0;
    }
  }
  real_unlink(kept);
}

static int sync_folder(int fd) {
  struct stat status;
  char path[PATH_MAX];
  if (!path_of(fd, path) || fstat(fd, &status) != 0 || !S_ISDIR(status.st_mode)) return 0;
  control->syncs += 1;
  if (control->syncs_lie) return 1;
  static struct name_note synced[NAMES_MAX];
  int left = 0, synced_count = 0;
  for (int index = 0; index < name_count; index++) {
    if (strcmp(names[index].folder, path) != 0) names[left++] = names[index];
    else synced[synced_count++] = names[index];
  }
  name_count = left;
  /* First the notes: a kill in between must not leave one of a file that is gone. */
  write_names();
  for (int index = 0; index < synced_count; index++) {
    if (synced[index].kept != NULL) let_go(synced[index].kept);
    free(synced[index].folder);
    free(synced[index].line);
    free(synced[index].kept);
  }
  return 1;
}

/* ---- what the service calls ---- */

static int exists(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0;
}

static int open_noted(int folder, const char *path, int flags, mode_t mode) {
  char absolute[PATH_MAX];
  begin();
  int is_below = folder == AT_FDCWD && flags & (O_CREAT | O_TRUNC) && below_root(path, absolute);
  if (is_below && flags & O_CREAT && !exists(absolute) && !ends_with(absolute, "-shm"))
    note_name("made", absolute, NULL, NULL);
  /* To cut a file on opening would pass by the notes: it is opened, and cut as by ftruncate. */
  int is_cut = is_below && flags & O_TRUNC && exists(absolute);
  int fd = real_openat(folder, path, is_cut ? flags & ~O_TRUNC : flags, mode);
  if (fd >= 0) remember_fd(fd);
  struct stat status;
  struct tracked *file = fd >= 0 && is_cut ? tracked_by(fd, &status) : NULL;
  if (file != NULL) before_change(file, fd, 0, file->durable_size);
  if (fd >= 0 && is_cut && real_ftruncate(fd, 0) != 0) die("cut");
  end();
  return fd;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, mode_t); \
    va_end(list); \
  }

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return open_noted(AT_FDCWD, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
  MODE(flags)
  return open_noted(folder, path, flags, mode);
}
int open(const char *, int, ...) __attribute__((alias("open64")));
int openat(int, const char *, int, ...) __attribute__((alias("openat64")));

/* Whether a write may go on; notes what it changes. Ends with the lock held. */
static int may_write(int fd, off_t at, size_t length) {
  struct stat status;
  struct tracked *file = tracked_by(fd, &status);
  if (file == NULL) return 1;
  control->writes += 1;
  if (at < 0) at = fcntl(fd, F_GETFL) & O_APPEND ? status.st_size : lseek(fd, 0, SEEK_CUR);
  int grows = at + (off_t)length > status.st_size;
  if ((control->write_errno != ENOSPC || grows) && fails(control->write_errno)) return 0;
  /* What lies between the old end and the new is written too, as zeros. */
  before_change(file, fd, at < status.st_size ? at : status.st_size, at + length);
  return 1;
}

static size_t length_of(const struct iovec *parts, int count) {
  size_t length = 0;
  for (int index = 0; index < count; index++) length += parts[index].iov_len;
  return length;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  /* Sockets and pipes may block: they must not hold the lock. */
  if (fd < 0 || fd >= FDS_MAX || by_fd[fd] == NULL) {
    pthread_once(&once, set_up);
    return real_write(fd, bytes, length);
  }
  begin();
  ssize_t result = may_write(fd, -1, length) ? real_write(fd, bytes, length) : -1;
  end();
  return result;
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (fd < 0 || fd >= FDS_MAX || by_fd[fd] == NULL) {
    pthread_once(&once, set_up);
    return real_writev(fd, parts, count);
  }
  begin();
  int may = may_write(fd, -1, length_of(parts, count));
  ssize_t result = may ? real_writev(fd, parts, count) : -1;
  end();
  return result;
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
  begin();
  ssize_t result = may_write(fd, at, length) ? real_pwrite(fd, bytes, length, at) : -1;
  end();
  return result;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) {
  begin();
  int may = may_write(fd, at, length_of(parts, count));
  ssize_t result = may ? real_pwritev(fd, parts, count, at) : -1;
  end();
  return result;
}
ssize_t pwrite(int, const void *, size_t, off_t) __attribute__((alias("pwrite64")));
ssize_t pwritev(int, const struct iovec *, int, off_t) __attribute__((alias("pwritev64")));

int ftruncate64(int fd, off_t size) {
  struct stat status;
  begin();
  struct tracked *file = tracked_by(fd, &status);
  int result = -1;
  if (file == NULL || !(size > status.st_size && fails(control->write_errno))) {
    if (file != NULL && size < status.st_size) before_change(file, fd, size, status.st_size);
    result = real_ftruncate(fd, size);
  }
  end();
  return result;
}
int ftruncate(int, off_t) __attribute__((alias("ftruncate64")));

int fsync(int fd) {
  begin();
  int is_folder = sync_folder(fd);
  end();
  return is_folder ? 0 : sync_file(fd, real_fsync);
}
int fdatasync(int fd) {
  pthread_once(&once, set_up);
  return sync_file(fd, real_fdatasync);
}

int unlink(const char *path) {
  char absolute[PATH_MAX], kept[PATH_MAX + 32];
  begin();
  if (below_root(path, absolute) && exists(absolute) && !ends_with(absolute, "-shm"))
    note_name("unlinked", absolute, NULL, keep_file(absolute, kept));
  int result = real_unlink(path);
  end();
  return result;
}
int unlinkat(int folder, const char *path, int flags) {
  if (folder == AT_FDCWD && flags == 0) return unlink(path);
  begin();
  char absolute[PATH_MAX];
  if (below_root(path, absolute)) control->uncovered += 1;
  end();
  return real_unlinkat(folder, path, flags);
}
int rename(const char *from, const char *to) {
  char absolute[PATH_MAX], old[PATH_MAX], kept[PATH_MAX + 32];
  begin();
  if (below_root(to, absolute) && below_root(from, old))
    note_name("renamed", absolute, old, exists(absolute) ? keep_file(absolute, kept) : NULL);
  else if (below_root(to, absolute) || below_root(from, old))
    control->uncovered += 1;
  int result = real_rename(from, to);
  end();
  return result;
}
int link(const char *from, const char *to) {
  char absolute[PATH_MAX];
  begin();
  if (below_root(to, absolute) && !exists(absolute)) note_name("made", absolute, NULL, NULL);
  int result = real_link(from, to);
  end();
  return result;
}
int mkdir(const char *path, mode_t mode) {
  char absolute[PATH_MAX];
  begin();
  if (below_root(path, absolute) && !exists(absolute)) note_name("made", absolute, NULL, NULL);
  int result = real_mkdir(path, mode);
  end();
  return result;
}
int rmdir(const char *path) {
  char absolute[PATH_MAX];
  begin();
  if (below_root(path, absolute)) control->uncovered += 1;
  int result = real_rmdir(path);
  end();
  return result;
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  struct stat status;
  begin();
  /* Changes made through a mapping cannot be seen from here. */
  if (fd >= 0 && protection & PROT_WRITE && flags & MAP_SHARED && tracked_by(fd, &status) != NULL)
    control->uncovered += 1;
  end();
  return real_mmap(at, length, protection, flags, fd, offset);
}
void *mmap(void *, size_t, int, int, int, off_t) __attribute__((alias("mmap64")));

ssize_t sendfile64(int to, int from, off_t *offset, size_t length) {
  struct stat status;
  begin();
  if (tracked_by(to, &status) != NULL) control->uncovered += 1;
  end();
  return real_sendfile(to, from, offset, length);
}
ssize_t sendfile(int, int, off_t *, size_t) __attribute__((alias("sendfile64")));
