/* SPDX-License-Identifier: Apache-2.0
 *
 * Causal attention by tiles.  A tile is TILE keys by TILE queries, and a lane is a query: the
 * scores of a tile lie as [key][query], so that a row's maximum and sum are those of a lane and
 * no lane ever talks to another.  Queries are transposed once per tile; keys and values are read
 * where they are.  Whatever lies above the diagonal is left out by groups of LANES.
 */
#include "learn/tensor/kernel.h"

#include <math.h>

#define TILE 64
#define LOG2_E 1.44269504f

static inline size_t
smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

/** @n elements of a row, filled up to whole vectors. */
static inline size_t
whole (size_t n)
{
  return (n + LANES - 1) / LANES * LANES;
}

/* ---- c = start + a b ---- */

/* Element (i, k) is at[i * row + k * column]: so that one product serves a matrix and its
 * transpose. */
typedef struct Matrix
{
  const float *at;
  size_t row, column;
} Matrix;

/* Of c and its beginning; a stride of 0 gives each row the same beginning. */
typedef struct Rows
{
  float *at;
  size_t stride;
} Rows;

static inline Rows
rows_from (Rows rows, size_t row)
{
  return (Rows){ rows.at + row * rows.stride, rows.stride };
}

#define INLINE static inline __attribute__ ((always_inline))

/* Sums that stay in registers: enough to keep the multipliers busy. */
#ifdef __AVX512F__
#define SUMS 16
#else
#define SUMS 8
#endif

INLINE void
block (size_t n_rows, size_t n_vectors, Rows c, Rows start, Matrix a, Rows b, size_t depth)
{
  Vector sums[SUMS];

#pragma GCC unroll 16
  for (size_t i = 0; i < n_rows; i++)
#pragma GCC unroll 4
    for (size_t v = 0; v < n_vectors; v++)
      sums[i * n_vectors + v] = load (start.at + i * start.stride + v * LANES);
  for (size_t k = 0; k < depth; k++)
    {
#pragma GCC unroll 16
      for (size_t i = 0; i < n_rows; i++)
#pragma GCC unroll 4
        for (size_t v = 0; v < n_vectors; v++)
          sums[i * n_vectors + v]
              += a.at[i * a.row + k * a.column] * load (b.at + k * b.stride + v * LANES);
    }
#pragma GCC unroll 16
  for (size_t i = 0; i < n_rows; i++)
#pragma GCC unroll 4
    for (size_t v = 0; v < n_vectors; v++)
      store (c.at + i * c.stride + v * LANES, sums[i * n_vectors + v]);
}

/** All rows of @n_vectors columns' vectors, as many at once as there are sums. */
INLINE void
strip (size_t n_vectors, Rows c, Rows start, Matrix a, Rows b, size_t rows, size_t depth)
{
  const size_t most = SUMS / (n_vectors == 3 ? 4 : n_vectors), few = most > 4 ? 4 : 1;
  size_t n;

  for (size_t i = 0; i < rows; i += n)
    {
      size_t left = rows - i;

      n = left >= most ? most : left >= few ? few : 1;
      if (n == most)
        block (most, n_vectors, c, start, a, b, depth);
      else if (n == few)
        block (few, n_vectors, c, start, a, b, depth);
      else
        block (1, n_vectors, c, start, a, b, depth);
      c.at += n * c.stride;
      start.at += n * start.stride;
      a.at += n * a.row;
    }
}

/** c = start + a b, c of @rows rows of @columns, a multiple of LANES. */
INLINE void
product (Rows c, Rows start, Matrix a, Rows b, size_t rows, size_t columns, size_t depth)
{
  while (columns > 0)
    {
      size_t n = smaller (columns / LANES, 4);

      if (n == 1)
        strip (1, c, start, a, b, rows, depth);
      else if (n == 2)
        strip (2, c, start, a, b, rows, depth);
      else if (n == 3)
        strip (3, c, start, a, b, rows, depth);
      else
        strip (4, c, start, a, b, rows, depth);
      c.at += n * LANES;
      start.at += n * LANES;
      b.at += n * LANES;
      columns -= n * LANES;
    }
}

/* Products of their own by the strides of a, which they know. */

static void
product_of_rows (Rows c, Rows start, Rows a, Rows b, size_t rows, size_t columns, size_t depth)
{
  product (c, start, (Matrix){ a.at, a.stride, 1 }, b, rows, columns, depth);
}

/** a is part of a tile. */
static void
product_of_tile (Rows c, const float *a, Rows b, size_t rows, size_t columns, size_t depth)
{
  product (c, c, (Matrix){ a, TILE, 1 }, b, rows, columns, depth);
}

/** a is the transpose of a part of a tile. */
static void
product_of_transpose (Rows c, const float *a, Rows b, size_t rows, size_t columns, size_t depth)
{
  product (c, c, (Matrix){ a, 1, TILE }, b, rows, columns, depth);
}

/* ---- tiles ---- */

/** 2^x for x <= 127, within 2 units in the last place, exactly 0 below -126.5, NaN of NaN. */
static inline Vector
power_of_two (Vector x)
{
  const float shift = 12582912.0f + 127; /* rounds; the sum's low bits are the exponent's */
  Vector lowest = broadcast (-127), n, r, p;

  x = vector_max (lowest, x); /* in this order, NaN stays */
  n = x + shift;
  r = x - (n - shift);
  p = r * 1.54531634e-4f + 1.33908633e-3f;
  p = p * r + 9.61808302e-3f;
  p = p * r + 5.55035695e-2f;
  p = p * r + 2.40226507e-1f;
  p = p * r + 6.93147182e-1f;
  p = p * r + 1.0f;
  return p * (Vector) ((Ints) n << 23);
}

/** Makes columns of rows: perfect shuffles, each of which moves the index's highest bit to its
 *  end. */
static inline void
turn (Vector x[LANES])
{
  const Ints low = (lane_numbers () >> 1) + (lane_numbers () & 1) * LANES;
  const Ints high = low + LANES / 2;
  Vector y[LANES];

  for (size_t bit = 1; bit < LANES; bit *= 2)
    {
      for (size_t i = 0; i < LANES / 2; i++)
        {
          y[2 * i] = __builtin_shuffle (x[i], x[i + LANES / 2], low);
          y[2 * i + 1] = __builtin_shuffle (x[i], x[i + LANES / 2], high);
        }
      memcpy (x, y, sizeof y);
    }
}

/** to[column][row] = scale * from[row][column]; rows from @rows to TILE are 0. */
static void
transpose (float *to, Rows from, size_t rows, size_t columns, float scale)
{
  for (size_t i = 0; i < TILE; i += LANES)
    for (size_t k = 0; k < columns; k += LANES)
      {
        size_t n_rows = i < rows ? smaller (LANES, rows - i) : 0;
        Vector x[LANES] = { { 0 } };

        for (size_t r = 0; r < n_rows; r++)
          x[r] = scale * load_n (from.at + (i + r) * from.stride + k, columns - k, 0);
        turn (x);
        for (size_t r = 0; r < smaller (LANES, columns - k); r++)
          store (to + (k + r) * TILE + i, x[r]);
      }
}

/** to = scale * from, added to what is there if @accumulate. */
static void
put (Rows to, Rows from, size_t rows, size_t columns, float scale, bool accumulate)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < columns; k += LANES)
      {
        float *at = to.at + i * to.stride + k;
        Vector x = scale * load (from.at + i * from.stride + k);

        if (accumulate)
          x += load_n (at, columns - k, 0);
        store_n (at, x, columns - k);
      }
}

/** The rows themselves where they are whole vectors, else a copy filled up with 0. */
static Rows
whole_rows (Rows from, size_t rows, size_t columns, float *room)
{
  size_t filled = whole (columns);

  if (filled == columns)
    return from;
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < columns; k += LANES)
      store (room + i * filled + k, load_n (from.at + i * from.stride + k, columns - k, 0));
  return (Rows){ room, filled };
}

/* Which keys meet which queries; both ranges begin at multiples of TILE. */
typedef struct Tile
{
  size_t key, n_keys, query, n_queries;
} Tile;

/** Of the group of keys beginning at @key of the tile, the first query it is seen by, rounded
 *  down to a vector. */
static inline size_t
first_query (const Tile *tile, size_t key)
{
  return tile->key == tile->query ? key : 0;
}

/** How many keys of the tile the vector of queries beginning at @query sees. */
static inline size_t
n_keys_seen (const Tile *tile, size_t query)
{
  return tile->key == tile->query ? smaller (query + LANES, tile->n_keys) : tile->n_keys;
}

/** scores[key][query] = start[query] + rows[key] . columns[][query], where they are seen. */
static void
tile_scores (const Tile *tile, float *scores, const float *start, Rows rows, const float *columns,
             size_t size)
{
  size_t n_queries = whole (tile->n_queries);

  for (size_t key = 0; key < tile->n_keys; key += LANES)
    {
      size_t first = first_query (tile, key);

      if (first < n_queries)
        product_of_rows ((Rows){ scores + key * TILE + first, TILE },
                         (Rows){ (float *) start + first, 0 }, rows_from (rows, key),
                         (Rows){ (float *) columns + first, TILE },
                         smaller (LANES, tile->n_keys - key), n_queries - first, size);
    }
}

/** Makes the scores that lie above the diagonal, in the groups that it crosses, -infinity. */
static void
hide_unseen (const Tile *tile, float *scores)
{
  const Ints lanes = lane_numbers ();
  const Vector hidden = broadcast (-__builtin_inff ());

  if (tile->key < tile->query)
    return;
  for (size_t key = 0; key < tile->n_keys; key++)
    {
      float *row = scores + key * TILE + key / LANES * LANES;

      store (row, choose (lanes >= (int32_t) (key % LANES), load (row), hidden));
    }
}

/** out += weights values, row by row of the queries.  A weight of 0 does not hide a NaN: @careful
 *  stops each row at the diagonal. */
static void
tile_sums (const Tile *tile, Rows out, const float *weights, Rows values, size_t columns,
           bool careful)
{
  size_t step = careful && tile->key == tile->query ? 1 : LANES;

  for (size_t query = 0; query < tile->n_queries; query += step)
    product_of_transpose (rows_from (out, query), weights + query, values,
                          smaller (step, tile->n_queries - query), columns,
                          step == 1 ? query + 1 : n_keys_seen (tile, query));
}

/** out += weights^T values, row by row of the keys. */
static void
tile_sums_of_queries (const Tile *tile, Rows out, const float *weights, Rows values, size_t columns)
{
  for (size_t key = 0; key < tile->n_keys; key += LANES)
    {
      size_t first = first_query (tile, key);

      product_of_tile (rows_from (out, key), weights + key * TILE + first,
                       rows_from (values, first), smaller (LANES, tile->n_keys - key), columns,
                       tile->n_queries - first);
    }
}

/* ---- forward ---- */

/* Of a tile's queries, over the keys so far. */
typedef struct Softmax
{
  float max[TILE], sum[TILE], factor[TILE]; /* factor: what the sums so far shrink by */
} Softmax;

static Vector
greatest (const float *scores, size_t n, Vector max)
{
  Vector a = max, b = max;
  size_t key = 0;

  for (; key + 2 <= n; key += 2)
    {
      a = vector_max (a, load (scores + key * TILE));
      b = vector_max (b, load (scores + (key + 1) * TILE));
    }
  if (key < n)
    a = vector_max (a, load (scores + key * TILE));
  return vector_max (a, b);
}

/** Scores, in powers of two, to weights. */
static void
tile_softmax (const Tile *tile, Softmax *softmax, float *scores)
{
  for (size_t query = 0; query < tile->n_queries; query += LANES)
    {
      size_t n = n_keys_seen (tile, query);
      Vector before = load (softmax->max + query);
      Vector max = greatest (scores + query, n, before);
      Vector factor = power_of_two (before - max);
      Vector sum = load (softmax->sum + query) * factor;

      for (size_t key = 0; key < n; key++)
        {
          float *at = scores + key * TILE + query;
          Vector weight = power_of_two (load (at) - max);

          store (at, weight);
          sum += weight;
        }
      store (softmax->max + query, max);
      store (softmax->sum + query, sum);
      store (softmax->factor + query, factor);
    }
}

/** Each row by a factor of its own. */
static void
scale_rows (Rows to, Rows from, const float *factors, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < columns; k += LANES)
      store_n (to.at + i * to.stride + k, factors[i] * load (from.at + i * from.stride + k),
               columns - k);
}

/* One head of one sequence. */
typedef struct Head
{
  size_t steps, size;
  Rows q, k, v;
  float scale;
} Head;

static inline Head
head_of (const AssayAttention *a, const float *qkv, size_t sequence, size_t head)
{
  size_t width = (a->n_heads + 2 * a->n_kv_heads) * a->size;
  size_t kv_head = a->n_heads + head / (a->n_heads / a->n_kv_heads);
  float *from = (float *) qkv + sequence * a->steps * width;

  return (Head){ .steps = a->steps,
                 .size = a->size,
                 .q = { from + head * a->size, width },
                 .k = { from + kv_head * a->size, width },
                 .v = { from + (kv_head + a->n_kv_heads) * a->size, width },
                 .scale = 1 / sqrtf ((float) a->size) };
}

static inline Tile
tile_at (const Head *head, size_t query, size_t key)
{
  return (Tile){ key, smaller (TILE, head->steps - key), query,
                 smaller (TILE, head->steps - query) };
}

static float *
take (float **room, size_t n)
{
  float *taken = *room;

  *room += n;
  return taken;
}

/** sums = sum over the keys of weight times value, not yet divided by softmax->sum. */
static void
sum_values (const Head *head, size_t query, const float *columns, Rows v, Rows sums,
            Softmax *softmax, bool careful)
{
  static const float zeros[TILE];
  float scores[TILE * TILE] __attribute__ ((aligned (64)));
  size_t filled = whole (head->size);

  memset (sums.at, 0, TILE * filled * sizeof (float));
  for (size_t i = 0; i < TILE; i++)
    {
      softmax->max[i] = -__builtin_inff ();
      softmax->sum[i] = 0;
    }
  for (size_t key = 0; key <= query; key += TILE)
    {
      Tile tile = tile_at (head, query, key);

      tile_scores (&tile, scores, zeros, rows_from (head->k, key), columns, head->size);
      hide_unseen (&tile, scores);
      tile_softmax (&tile, softmax, scores);
      if (key > 0)
        scale_rows (sums, sums, softmax->factor, tile.n_queries, filled);
      tile_sums (&tile, sums, scores, rows_from (v, key), filled, careful);
    }
}

static bool
all_finite (const float *x, size_t n)
{
  Vector zero = broadcast (0);

  for (size_t i = 0; i < n; i += LANES)
    zero += load (x + i) * 0.0f;
  return sum_of (zero) == 0;
}

static void
forward_queries (const Head *head, size_t query, Rows v, Rows out, float *lse, float *room)
{
  size_t filled = whole (head->size);
  size_t n = smaller (TILE, head->steps - query);
  float *columns = take (&room, head->size * TILE);
  Rows sums = { take (&room, TILE * filled), filled };
  Softmax softmax;

  transpose (columns, rows_from (head->q, query), n, head->size, head->scale * LOG2_E);
  sum_values (head, query, columns, v, sums, &softmax, false);
  /* The last row meets every value, so it tells whether one is NaN or infinite. */
  if (!all_finite (rows_from (sums, n - 1).at, filled))
    sum_values (head, query, columns, v, sums, &softmax, true);
  for (size_t i = 0; i < n; i += LANES)
    {
      Vector sum = load (softmax.sum + i);

      store_n (lse + i, load (softmax.max + i) + vector_log (sum) * LOG2_E, n - i);
      store (softmax.factor + i, 1.0f / sum);
    }
  scale_rows (rows_from (out, query), sums, softmax.factor, n, head->size);
}

void
KERNEL (attention) (float *out, float *lse, const float *qkv, const AssayAttention *a, float *room)
{
  size_t width = a->n_heads * a->size;

  for (size_t b = 0; b < a->batch; b++)
    for (size_t h = 0; h < a->n_heads; h++)
      {
        Head head = head_of (a, qkv, b, h);
        Rows rows = { out + b * a->steps * width + h * a->size, width };
        float *rest = room;
        Rows v = whole_rows (head.v, a->steps, a->size, take (&rest, a->steps * whole (a->size)));

        for (size_t query = 0; query < a->steps; query += TILE)
          forward_queries (&head, query, v, rows, lse + (b * a->n_heads + h) * a->steps + query,
                           rest);
      }
}

/* ---- backward ---- */

/** to[i] = -sum over the columns of a[i] b[i]. */
static void
minus_dots (float *to, Rows a, Rows b, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i += LANES)
    {
      Vector x[LANES] = { { 0 } };
      Vector sum = broadcast (0);

      for (size_t r = 0; r < smaller (LANES, rows - i); r++)
        for (size_t k = 0; k < columns; k += LANES)
          x[r] += load_n (a.at + (i + r) * a.stride + k, columns - k, 0)
                  * load_n (b.at + (i + r) * b.stride + k, columns - k, 0);
      turn (x);
      for (size_t r = 0; r < LANES; r++)
        sum -= x[r];
      store (to + i, sum);
    }
}

/** Scores less the log-sum-exp to weights; the weights' gradients less their mean to the scores'.
 */
static void
tile_softmax_backward (const Tile *tile, float *scores, float *grads)
{
  for (size_t query = 0; query < tile->n_queries; query += LANES)
    {
      size_t n = n_keys_seen (tile, query);

      for (size_t key = 0; key < n; key++)
        {
          size_t at = key * TILE + query;
          Vector weight = power_of_two (load (scores + at));

          store (scores + at, weight);
          store (grads + at, weight * load (grads + at));
        }
    }
}

/* What one head's gradients are made of: its arrays filled up to whole vectors. */
typedef struct Back
{
  Rows k, v, out, dout, dq, dk, dv; /* dk and dv: sums over the query heads of a key head */
  const float *lse;
  bool accumulate;
} Back;

static void
backward_queries (const Head *head, size_t query, const Back *back, float *room)
{
  size_t filled = whole (head->size);
  size_t n_queries = smaller (TILE, head->steps - query);
  float *columns = take (&room, head->size * TILE), *dcolumns = take (&room, head->size * TILE);
  Rows dq = { take (&room, TILE * filled), filled };
  Rows dout = rows_from (back->dout, query);
  Rows q_rows
      = whole_rows (rows_from (head->q, query), n_queries, head->size, take (&room, TILE * filled));
  Rows dout_rows = whole_rows (dout, n_queries, head->size, take (&room, TILE * filled));
  float scores[TILE * TILE] __attribute__ ((aligned (64)));
  float grads[TILE * TILE] __attribute__ ((aligned (64)));
  float minus_lse[TILE] = { 0 }, minus_mean[TILE] = { 0 };

  transpose (columns, rows_from (head->q, query), n_queries, head->size, head->scale * LOG2_E);
  transpose (dcolumns, dout, n_queries, head->size, 1);
  minus_dots (minus_mean, rows_from (back->out, query), dout, n_queries, head->size);
  for (size_t i = 0; i < n_queries; i++)
    minus_lse[i] = -back->lse[query + i];
  memset (dq.at, 0, TILE * filled * sizeof (float));
  for (size_t key = 0; key <= query; key += TILE)
    {
      Tile tile = tile_at (head, query, key);

      tile_scores (&tile, scores, minus_lse, rows_from (head->k, key), columns, head->size);
      hide_unseen (&tile, scores);
      tile_scores (&tile, grads, minus_mean, rows_from (head->v, key), dcolumns, head->size);
      tile_softmax_backward (&tile, scores, grads);
      tile_sums (&tile, dq, grads, rows_from (back->k, key), filled, false);
      tile_sums_of_queries (&tile, rows_from (back->dk, key), grads, q_rows, filled);
      tile_sums_of_queries (&tile, rows_from (back->dv, key), scores, dout_rows, filled);
    }
  put (rows_from (back->dq, query), dq, n_queries, head->size, head->scale, back->accumulate);
}

void
KERNEL (attention_backward) (float *dqkv, bool accumulate, const float *dout, const float *out,
                             const float *lse, const float *qkv, const AssayAttention *a,
                             float *room)
{
  size_t width = a->n_heads * a->size, filled = whole (a->size), all = a->steps * filled;
  size_t group = a->n_heads / a->n_kv_heads;

  for (size_t b = 0; b < a->batch; b++)
    for (size_t h = 0; h < a->n_heads; h++)
      {
        Head head = head_of (a, qkv, b, h), grad = head_of (a, dqkv, b, h);
        size_t at = b * a->steps * width + h * a->size;
        float *rest = room;
        Back back = { .k = whole_rows (head.k, a->steps, a->size, take (&rest, all)),
                      .out = { (float *) out + at, width },
                      .dout = { (float *) dout + at, width },
                      .dq = grad.q,
                      .dk = { take (&rest, all), filled },
                      .dv = { take (&rest, all), filled },
                      .lse = lse + (b * a->n_heads + h) * a->steps,
                      .accumulate = accumulate };

        if (h % group == 0)
          memset (back.dk.at, 0, 2 * all * sizeof (float));
        for (size_t query = 0; query < a->steps; query += TILE)
          backward_queries (&head, query, &back, rest);
        if (h % group == group - 1)
          {
            put (grad.k, back.dk, a->steps, a->size, head.scale, accumulate);
            put (grad.v, back.dv, a->steps, a->size, 1, accumulate);
          }
      }
}

size_t
KERNEL (attention_room) (const AssayAttention *a)
{
  size_t filled = whole (a->size);

  return TILE * (2 * a->size + 3 * filled) + 3 * whole (a->steps) * filled;
}
