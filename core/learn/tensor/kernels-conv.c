/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/kernel.h"

static inline void
clear (float *to, size_t n)
{
  for (size_t i = 0; i < n; i++)
    to[i] = 0;
}

static inline void
add_to (float *to, const float *from, size_t n)
{
  for (size_t i = 0; i < n; i++)
    to[i] += from[i];
}

/** Offset in the image of place (@i, @j) of the window at (@y, @x). */
static inline size_t
place (const AssayWindows *w, size_t y, size_t x, size_t i, size_t j)
{
  return ((y * w->stride + i) * w->width + x * w->stride + j) * w->channels;
}

void
KERNEL (col2im) (float *image, const float *columns, const AssayWindows *windows)
{
  AssayWindows w = *windows;
  size_t length = w.kernel_width * w.channels;

  for (size_t y = 0; y < w.out_height; y++)
    for (size_t x = 0; x < w.out_width; x++)
      for (size_t i = 0; i < w.kernel_height; i++, columns += length)
        add_to (image + place (&w, y, x, i, 0), columns, length);
}

/* ---- pooling ---- */

static inline void
max_of_window (float *restrict out, int32_t *restrict from, const float *restrict image,
               const AssayWindows *w, size_t y, size_t x)
{
  size_t first = place (w, y, x, 0, 0);

  for (size_t c = 0; c < w->channels; c++)
    {
      out[c] = image[first + c];
      from[c] = (int32_t) (first + c);
    }
  for (size_t i = 0; i < w->kernel_height; i++)
    for (size_t j = 0; j < w->kernel_width; j++)
      {
        size_t at = place (w, y, x, i, j);

        for (size_t c = 0; c < w->channels; c++)
          {
            float value = image[at + c];
            bool more = value > out[c] || value != value; /* NaN is the greatest */

            from[c] = more ? (int32_t) (at + c) : from[c];
            out[c] = more ? value : out[c];
          }
      }
}

void
KERNEL (max_pool) (float *out, int32_t *from, const float *image, const AssayWindows *windows)
{
  AssayWindows w = *windows;

  for (size_t y = 0; y < w.out_height; y++)
    for (size_t x = 0; x < w.out_width; x++, out += w.channels, from += w.channels)
      max_of_window (out, from, image, &w, y, x);
}

void
KERNEL (mean_pool) (float *out, const float *image, const AssayWindows *windows)
{
  AssayWindows w = *windows;
  float share = 1.0f / (float) (w.kernel_height * w.kernel_width);

  for (size_t y = 0; y < w.out_height; y++)
    for (size_t x = 0; x < w.out_width; x++, out += w.channels)
      {
        clear (out, w.channels);
        for (size_t i = 0; i < w.kernel_height; i++)
          for (size_t j = 0; j < w.kernel_width; j++)
            add_to (out, image + place (&w, y, x, i, j), w.channels);
        for (size_t c = 0; c < w.channels; c++)
          out[c] *= share;
      }
}

void
KERNEL (mean_pool_back) (float *image, const float *out, const AssayWindows *windows)
{
  AssayWindows w = *windows;
  float share = 1.0f / (float) (w.kernel_height * w.kernel_width);

  for (size_t y = 0; y < w.out_height; y++)
    for (size_t x = 0; x < w.out_width; x++, out += w.channels)
      for (size_t i = 0; i < w.kernel_height; i++)
        for (size_t j = 0; j < w.kernel_width; j++)
          {
            float *to = image + place (&w, y, x, i, j);

            for (size_t c = 0; c < w.channels; c++)
              to[c] += share * out[c];
          }
}
