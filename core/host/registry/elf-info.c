/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads of an ELF file what must be known before it is loaded: that it is whole,
 * that it is for this machine, its build id and the Assay libraries it links.
 */
#include "elf-info.h"

#include "host/registry/json.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SEGMENTS 256
#define MAX_BLOCK (1 << 16)

typedef struct
{
  const char *path;
  int fd;
  guint64 size;
  Elf64_Ehdr header;
  Elf64_Phdr segments[MAX_SEGMENTS];
  GError **error;
} Elf;

static gboolean
refuse (Elf *elf, AssayError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (elf->error, ASSAY_ERROR, code, "%s %s", elf->path, message);
  return FALSE;
}

static gboolean
is_inside (const Elf *elf, guint64 offset, guint64 n)
{
  return offset <= elf->size && n <= elf->size - offset;
}

static gboolean
read_at (Elf *elf, guint64 offset, gpointer to, gsize n)
{
  if (!is_inside (elf, offset, n))
    return refuse (elf, ASSAY_ERROR_USAGE, "is truncated: it has %" G_GUINT64_FORMAT " bytes",
                   elf->size);
  if (pread (elf->fd, to, n, (off_t) offset) != (gssize) n)
    return refuse (elf, ASSAY_ERROR_FAILED, "could not be read: %s",
                   errno ? g_strerror (errno) : "it shrank");
  return TRUE;
}

static gboolean
open_file (Elf *elf)
{
  struct stat info;

  if (stat (elf->path, &info) != 0)
    {
      if (errno == ENOENT && lstat (elf->path, &info) == 0)
        return refuse (elf, ASSAY_ERROR_NOT_FOUND,
                       "is a symbolic link to a file that is not there");
      return refuse (elf, errno == ENOENT ? ASSAY_ERROR_NOT_FOUND : ASSAY_ERROR_FAILED,
                     "could not be read: %s", g_strerror (errno));
    }
  if (!S_ISREG (info.st_mode))
    return refuse (elf, ASSAY_ERROR_USAGE, "is %s, not a file",
                   S_ISDIR (info.st_mode) ? "a folder" : "a device or a pipe");
  elf->size = (guint64) info.st_size;
  elf->fd = open (elf->path, O_RDONLY | O_CLOEXEC);
  if (elf->fd < 0)
    return refuse (elf, ASSAY_ERROR_FAILED, "could not be read: %s", g_strerror (errno));
  return TRUE;
}

static const char *
machine_name (guint machine)
{
  static const struct
  {
    guint machine;
    const char *name;
  } names[] = { { EM_386, "x86 (32 bit)" }, { EM_X86_64, "x86-64" }, { EM_ARM, "ARM (32 bit)" },
                { EM_AARCH64, "ARM64" },    { EM_RISCV, "RISC-V" },  { EM_PPC64, "POWER" },
                { EM_S390, "S/390" },       { 258, "LoongArch" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].machine == machine)
      return names[i].name;
  return "an unknown machine";
}

/** This program's own header: what this machine runs. */
static gboolean
read_own_header (Elf64_Ehdr *own)
{
  int fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && pread (fd, own, sizeof *own, 0) == (gssize) sizeof *own;

  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
check_header (Elf *elf)
{
  Elf64_Ehdr *h = &elf->header, own;

  if (elf->size == 0)
    return refuse (elf, ASSAY_ERROR_USAGE, "is empty");
  if (elf->size < sizeof *h || pread (elf->fd, h, sizeof *h, 0) != (gssize) sizeof *h
      || memcmp (h->e_ident, ELFMAG, SELFMAG) != 0)
    return refuse (elf, ASSAY_ERROR_USAGE, "is not a shared object: it has no ELF header");
  if (!read_own_header (&own))
    return refuse (elf, ASSAY_ERROR_FAILED, "cannot be compared with /proc/self/exe");
  if (h->e_machine != own.e_machine || h->e_ident[EI_CLASS] != own.e_ident[EI_CLASS]
      || h->e_ident[EI_DATA] != own.e_ident[EI_DATA])
    return refuse (elf, ASSAY_ERROR_INCOMPATIBLE,
                   "is built for %s (machine %u, %d bit), this Assay for %s",
                   machine_name (h->e_machine), h->e_machine,
                   h->e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64, machine_name (own.e_machine));
  if (h->e_type != ET_DYN)
    return refuse (elf, ASSAY_ERROR_USAGE, "is an ELF file, but no shared object");
  if (h->e_phnum == 0 || h->e_phnum > MAX_SEGMENTS || h->e_phentsize != sizeof (Elf64_Phdr))
    return refuse (elf, ASSAY_ERROR_USAGE, "has a damaged ELF header");
  return TRUE;
}

/** Also what is not read here must be in the file: dlopen would be killed by a lack of it. */
static gboolean
check_whole (Elf *elf)
{
  const Elf64_Ehdr *h = &elf->header;

  if (!read_at (elf, h->e_phoff, elf->segments, h->e_phnum * sizeof (Elf64_Phdr)))
    return FALSE;
  for (guint i = 0; i < h->e_phnum; i++)
    if (elf->segments[i].p_type == PT_LOAD
        && !is_inside (elf, elf->segments[i].p_offset, elf->segments[i].p_filesz))
      return refuse (elf, ASSAY_ERROR_USAGE, "is truncated: it has %" G_GUINT64_FORMAT " bytes",
                     elf->size);
  if (!is_inside (elf, h->e_shoff, (guint64) h->e_shnum * h->e_shentsize))
    return refuse (elf, ASSAY_ERROR_USAGE, "is truncated: it has %" G_GUINT64_FORMAT " bytes",
                   elf->size);
  return TRUE;
}

/* ---- build id ---- */

static char *
to_hex (const guint8 *bytes, gsize n)
{
  GString *out = g_string_sized_new (2 * n);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (out, "%02x", bytes[i]);
  return g_string_free (out, FALSE);
}

/** The GNU build id among @n bytes of notes. */
static char *
find_note (const guint8 *notes, gsize n, gsize align)
{
  gsize at = 0;

  while (n - at >= sizeof (Elf64_Nhdr))
    {
      Elf64_Nhdr note;
      gsize name = at + sizeof note, text, end;

      memcpy (&note, notes + at, sizeof note);
      text = name + ((gsize) note.n_namesz + align - 1) / align * align;
      end = text + ((gsize) note.n_descsz + align - 1) / align * align;
      if (text + note.n_descsz > n)
        break;
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && note.n_descsz >= 4
          && note.n_descsz <= 64 && memcmp (notes + name, "GNU", 4) == 0)
        return to_hex (notes + text, note.n_descsz);
      if (end > n)
        break;
      at = end;
    }
  return NULL;
}

static gboolean
read_build_id (Elf *elf, ElfInfo *info)
{
  g_autofree guint8 *notes = g_malloc (MAX_BLOCK);
  g_autofree char *sum = NULL;

  for (guint i = 0; i < elf->header.e_phnum && !info->build_id; i++)
    {
      const Elf64_Phdr *segment = &elf->segments[i];

      if (segment->p_type != PT_NOTE || segment->p_filesz > MAX_BLOCK)
        continue;
      if (!read_at (elf, segment->p_offset, notes, segment->p_filesz))
        return FALSE;
      info->build_id = find_note (notes, segment->p_filesz, segment->p_align == 8 ? 8 : 4);
    }
  if (info->build_id)
    return TRUE;
  if (!(sum = assay_sha256_file (elf->path, elf->error)))
    return FALSE;
  info->build_id = g_strconcat ("sha256-", sum, NULL);
  return TRUE;
}

/* ---- libraries ---- */

/** Offset in the file of an address in memory; the file's size if there is none. */
static guint64
offset_of (const Elf *elf, guint64 address)
{
  for (guint i = 0; i < elf->header.e_phnum; i++)
    {
      const Elf64_Phdr *s = &elf->segments[i];

      if (s->p_type == PT_LOAD && address >= s->p_vaddr && address - s->p_vaddr < s->p_filesz)
        return s->p_offset + (address - s->p_vaddr);
    }
  return elf->size;
}

static char *
read_text (Elf *elf, guint64 offset)
{
  char text[4096];
  gssize n = pread (elf->fd, text, sizeof text - 1, (off_t) offset);

  text[MAX (n, 0)] = '\0';
  return g_strdup (text);
}

/** Where the loader would find @library: the file's own run path, beside the file,
 *  the search paths of the system. */
static char *
find_library (const Elf *elf, const char *library, const char *run_path)
{
  static const char system_path[]
      = "$ORIGIN:" ASSAY_LIBDIR ":/usr/local/lib:/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:"
        "/lib/aarch64-linux-gnu:/usr/lib/aarch64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib";
  g_autofree char *origin = g_path_get_dirname (elf->path);
  g_autofree char *all
      = g_strjoin (":", run_path ?: "", g_getenv ("LD_LIBRARY_PATH") ?: "", system_path, NULL);
  g_auto (GStrv) folders = g_strsplit (all, ":", -1);

  for (guint i = 0; folders[i]; i++)
    {
      g_autoptr (GString) folder = g_string_new (folders[i]);
      g_autofree char *path = NULL;

      g_string_replace (folder, "$ORIGIN", origin, 0);
      g_string_replace (folder, "${ORIGIN}", origin, 0);
      path = g_build_filename (folder->str, library, NULL);
      if (folder->len > 0 && g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return g_strdup (library);
}

static const Elf64_Phdr *
find_segment (const Elf *elf, guint type)
{
  for (guint i = 0; i < elf->header.e_phnum; i++)
    if (elf->segments[i].p_type == type)
      return &elf->segments[i];
  return NULL;
}

static gboolean
read_libraries (Elf *elf, ElfInfo *info)
{
  const Elf64_Phdr *dynamic = find_segment (elf, PT_DYNAMIC);
  g_autofree Elf64_Dyn *entries = g_malloc (MAX_BLOCK);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *run_path = NULL;
  guint64 texts = elf->size;
  gsize n;

  if (!dynamic || dynamic->p_filesz > MAX_BLOCK)
    return refuse (elf, ASSAY_ERROR_USAGE, "has no dynamic section, so nothing could load it");
  if (!read_at (elf, dynamic->p_offset, entries, dynamic->p_filesz))
    return FALSE;
  n = dynamic->p_filesz / sizeof *entries;
  for (gsize i = 0; i < n; i++)
    if (entries[i].d_tag == DT_STRTAB)
      texts = offset_of (elf, entries[i].d_un.d_ptr);
  for (gsize i = 0; i < n; i++)
    if (entries[i].d_tag == DT_RUNPATH || (entries[i].d_tag == DT_RPATH && !run_path))
      {
        g_free (run_path);
        run_path = read_text (elf, texts + entries[i].d_un.d_val);
      }
  for (gsize i = 0; i < n && entries[i].d_tag != DT_NULL; i++)
    if (entries[i].d_tag == DT_NEEDED)
      {
        g_autofree char *name = read_text (elf, texts + entries[i].d_un.d_val);
        g_autofree char *found
            = g_str_has_prefix (name, "libassay") ? find_library (elf, name, run_path) : NULL;

        if (found)
          g_strv_builder_add (builder, found);
      }
  info->libraries = g_strv_builder_end (builder);
  return TRUE;
}

gboolean
elf_read (const char *path, ElfInfo *info, GError **error)
{
  Elf elf = { .path = path, .fd = -1, .error = error };
  gboolean ok;

  *info = (ElfInfo){ 0 };
  ok = open_file (&elf) && check_header (&elf) && check_whole (&elf) && read_build_id (&elf, info)
       && read_libraries (&elf, info);
  if (elf.fd >= 0)
    close (elf.fd);
  if (!ok)
    elf_info_clear (info);
  return ok;
}

void
elf_info_clear (ElfInfo *info)
{
  g_clear_pointer (&info->build_id, g_free);
  g_clear_pointer (&info->libraries, g_strfreev);
}

char *
assay_elf_build_id (const char *path, GStrv *libraries, GError **error)
{
  ElfInfo info;

  if (!elf_read (path, &info, error))
    return NULL;
  if (libraries)
    *libraries = g_steal_pointer (&info.libraries);
  g_clear_pointer (&info.libraries, g_strfreev);
  return info.build_id;
}
