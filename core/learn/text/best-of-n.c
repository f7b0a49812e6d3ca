/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/best-of-n.h"

#include "learn/tensor/arena.h"
#include "learn/text/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEGLIGIBLE 0x1p-80 /* part of the greatest weight; 2^27 such change no bit of a sum */

/* w(N) = n / N, w(i-1) = w(i) (i-n) / (i-1): no binomial is ever formed. */
static void
fill_weights (AssayBestOfN *bon, uint32_t index)
{
  double *w = bon->weights + (size_t) index * bon->n_answers;
  uint32_t n = bon->grid[index], i = bon->n_answers;
  double weight = (double) n / i, least = weight * NEGLIGIBLE;

  memset (w, 0, bon->n_answers * sizeof *w);
  for (; i >= n && weight > least; i--)
    {
      w[i - 1] = weight;
      weight = i > 1 ? weight * (double) (i - n) / (double) (i - 1) : 0;
    }
  bon->first[index] = i;
}

AssayBestOfN *
assay_best_of_n_new (uint32_t n_answers, const uint32_t *grid, uint32_t n_grid,
                     AssayTextError *error)
{
  AssayBestOfN *bon = NULL;

  for (uint32_t i = 0; i < n_grid; i++)
    if (grid[i] < 1 || grid[i] > n_answers)
      {
        assay_text_fail (error, "best of %u cannot be told from %u answers: n must be 1 to %u",
                         grid[i], n_answers, n_answers);
        return NULL;
      }
  bon = assay_alloc_zeroed (sizeof *bon);
  bon->n_answers = n_answers;
  bon->n_grid = n_grid;
  bon->grid = assay_alloc_zeroed (n_grid * sizeof *bon->grid);
  bon->first = assay_alloc_zeroed (n_grid * sizeof *bon->first);
  bon->weights = assay_alloc_zeroed ((size_t) n_grid * n_answers * sizeof *bon->weights);
  for (uint32_t i = 0; i < n_grid; i++)
    {
      bon->grid[i] = grid[i];
      fill_weights (bon, i);
    }
  return bon;
}

void
assay_best_of_n_free (AssayBestOfN *bon)
{
  if (bon == NULL)
    return;
  free (bon->grid);
  free (bon->first);
  free (bon->weights);
  free (bon);
}

/* ---- Sorting ---------------------------------------------------------------------- */

/* A score as a number whose order is its own, and whose answer it is. */
typedef struct Ranked
{
  uint64_t key;
  uint64_t index;
} Ranked;

/* What a thread works in. */
typedef struct Scratch
{
  Ranked *ranked, *other; /* [n] */
  double *gold, *proxy;   /* [n], by rank */
} Scratch;

size_t
assay_best_of_n_scratch (const AssayBestOfN *bon)
{
  return (size_t) bon->n_answers * (2 * sizeof (Ranked) + 2 * sizeof (double));
}

static Scratch
divide (const AssayBestOfN *bon, void *memory)
{
  Ranked *ranked = memory;
  double *numbers = (double *) (ranked + 2 * (size_t) bon->n_answers);

  return (Scratch){ ranked, ranked + bon->n_answers, numbers, numbers + bon->n_answers };
}

static inline uint64_t
order_key (double score)
{
  uint64_t bits;

  score += 0.0; /* -0 is 0 */
  memcpy (&bits, &score, sizeof bits);
  return bits >> 63 ? ~bits : bits | (uint64_t) 1 << 63;
}

/* By the bytes of the keys from @first, counted from the lowest; a byte that all share is passed
 * over.  Equal keys keep their order. */
static Ranked *
sort_bytes (Ranked *from, Ranked *to, size_t n, int first)
{
  uint32_t counts[8][256];

  memset (counts, 0, sizeof counts);
  for (size_t i = 0; i < n; i++)
    for (int byte = first; byte < 8; byte++)
      counts[byte][from[i].key >> 8 * byte & 255]++;
  for (int byte = first; byte < 8; byte++)
    {
      uint32_t *count = counts[byte], before = 0;
      Ranked *kept = from;

      if (count[from[0].key >> 8 * byte & 255] == n)
        continue;
      for (int i = 0; i < 256; i++)
        {
          uint32_t here = count[i];

          count[i] = before;
          before += here;
        }
      for (size_t i = 0; i < n; i++)
        to[count[from[i].key >> 8 * byte & 255]++] = from[i];
      from = to;
      to = kept;
    }
  return from;
}

/* Puts the few that stand wrong into their place.  False: they are not few. */
static bool
insert_rest (Ranked *ranked, size_t n)
{
  size_t moves = 4 * n;

  for (size_t i = 1; i < n; i++)
    {
      Ranked moving = ranked[i];
      size_t j = i;

      for (; j > 0 && moving.key < ranked[j - 1].key && moves > 0; j--, moves--)
        ranked[j] = ranked[j - 1];
      ranked[j] = moving;
    }
  return moves > 0;
}

/* Linear whatever the scores; equal ones keep the answers' order.  Keys begin at 0 and take all 64
 * bits, so that their upper halves nearly always tell scores apart. */
static const Ranked *
sort_scores (const double *scores, size_t n, Scratch *scratch)
{
  Ranked *ranked = scratch->ranked, *other = scratch->other;
  uint64_t least = UINT64_MAX, greatest = 0;

  for (size_t i = 0; i < n; i++)
    {
      uint64_t key = order_key (scores[i]);

      ranked[i] = (Ranked){ key, i };
      least = key < least ? key : least;
      greatest = key > greatest ? key : greatest;
    }
  if (least == greatest)
    return ranked;
  for (size_t i = 0; i < n; i++)
    ranked[i].key = (ranked[i].key - least) << __builtin_clzll (greatest - least);
  ranked = sort_bytes (ranked, other, n, 4);
  if (insert_rest (ranked, n))
    return ranked;
  return sort_bytes (ranked, ranked == other ? scratch->ranked : other, n, 0);
}

/* ---- Curves ------------------------------------------------------------------------ */

/* Each rank's gold; where proxy scores tie, the mean of the tied. */
static void
rank_gold (const Ranked *ranked, const double *gold, size_t n, double *by_rank)
{
  for (size_t i = 0, end = 0; i < n; i = end)
    {
      double sum = 0;

      for (end = i; end < n && ranked[end].key == ranked[i].key; end++)
        sum += gold[ranked[end].index];
      if (end == i + 1)
        by_rank[i] = sum;
      else
        for (size_t j = i; j < end; j++)
          by_rank[j] = sum / (double) (end - i);
    }
}

/* The sum of w x in a fixed order that fits the vectors of any machine. */
static double
dot (const double *w, const double *x, size_t n)
{
  double lanes[8] = { 0 };
  size_t i = 0;

  for (; i + 8 <= n; i += 8)
    for (size_t j = 0; j < 8; j++)
      lanes[j] += w[i + j] * x[i + j];
  for (; i < n; i++)
    lanes[i % 8] += w[i] * x[i];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6]))
         + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

static void
fill_curve (const AssayBestOfN *bon, const double *by_rank, double *curve)
{
  for (uint32_t g = 0; g < bon->n_grid; g++)
    {
      uint32_t first = bon->first[g];

      curve[g] = dot (bon->weights + (size_t) g * bon->n_answers + first, by_rank + first,
                      bon->n_answers - first);
    }
}

void
assay_best_of_n_curves (const AssayBestOfN *bon, const double *proxy, const double *gold,
                        double *gold_curve, double *proxy_curve, void *memory)
{
  Scratch scratch = divide (bon, memory);
  size_t n = bon->n_answers;
  const Ranked *ranked = NULL;

  if (n == 0)
    return;
  ranked = sort_scores (proxy, n, &scratch);
  if (gold_curve != NULL)
    {
      rank_gold (ranked, gold, n, scratch.gold);
      fill_curve (bon, scratch.gold, gold_curve);
    }
  if (proxy_curve != NULL)
    {
      for (size_t i = 0; i < n; i++)
        scratch.proxy[i] = proxy[ranked[i].index];
      fill_curve (bon, scratch.proxy, proxy_curve);
    }
}

/* ---- Distance from the policy -------------------------------------------------------- */

/* p log (p / q) summed over blocks of equal scores, each of which best-of-n draws from alike. */
static double
kl_estimate (const double *blocks, size_t n_blocks, double total, double n)
{
  double kl = 0, below = 0;

  for (size_t b = 0; b < n_blocks; b++)
    {
      double upto = below + blocks[b];
      double p = exp (n * log (upto / total)) * (below > 0 ? -expm1 (n * log (below / upto)) : 1);

      if (p > 0)
        kl += p * log (p * total / blocks[b]);
      below = upto;
    }
  return kl > 0 ? kl : 0;
}

void
assay_best_of_n_kl_estimates (const AssayBestOfN *bon, const double *proxy, double *kl,
                              void *memory)
{
  Scratch scratch = divide (bon, memory);
  size_t n = bon->n_answers, n_blocks = 0;
  const Ranked *ranked = NULL;

  if (n == 0)
    return;
  ranked = sort_scores (proxy, n, &scratch);
  for (size_t i = 0, end = 0; i < n; i = end)
    {
      for (end = i; end < n && ranked[end].key == ranked[i].key;)
        end++;
      scratch.gold[n_blocks++] = (double) (end - i);
    }
  for (uint32_t g = 0; g < bon->n_grid; g++)
    kl[g] = kl_estimate (scratch.gold, n_blocks, (double) n, bon->grid[g]);
}

double
assay_best_of_n_kl (double n)
{
  return log (n) - (n - 1) / n;
}

/* ---- Shares ------------------------------------------------------------------------- */

static int
compare_hashes (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

  return (x > y) - (x < y);
}

double
assay_duplicate_rate (const uint64_t *hashes, size_t n, uint64_t *scratch)
{
  size_t duplicates = 0;

  if (n == 0)
    return 0;
  memcpy (scratch, hashes, n * sizeof *hashes);
  qsort (scratch, n, sizeof *scratch, compare_hashes);
  for (size_t i = 1; i < n; i++)
    duplicates += scratch[i] == scratch[i - 1];
  return (double) duplicates / (double) n;
}

double
assay_win_rate (const double *a, const double *b, size_t n)
{
  double wins = 0;

  for (size_t i = 0; i < n; i++)
    wins += a[i] > b[i] ? 1 : a[i] == b[i] ? 0.5 : 0;
  return wins / (double) n;
}
