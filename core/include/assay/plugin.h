/* SPDX-License-Identifier: Apache-2.0
 *
 * assay/plugin.h - the plugin interface of Assay.
 *
 * A plugin is a shared object, assay-<id>.so, that exports one function,
 * assay_plugin_entry.  It returns a constant description: what can be set
 * (parameters), what is measured (metrics over dimensions), what is drawn
 * (figures), what the paper says (claims) and one function that runs the
 * study once, for one seed.  The form, the flags, the sweep, the cache, the
 * bands, the verdicts and the report follow from the description.
 *
 * Needs C99 and libc, nothing else.  Read data/plugin-template/study.c next:
 * it is a complete study.
 *
 * Rules that hold everywhere below
 *  - Text is UTF-8 without control characters but line ends and tabs.  A NULL
 *    text means "none".  Ids are letters, digits, '-' and '.', and begin with a
 *    letter or digit; a study's parameters, dimensions and metrics share one name
 *    space.  Lists of ids and values are separated by spaces or commas.
 *  - Nothing crosses the boundary by ownership: what the plugin hands over is
 *    copied before the call returns, what the host hands over is lent until
 *    the run ends, or for as long as the comment says.
 *  - A struct that one side fills and the other reads begins with its size;
 *    rows are passed as pointer, count and stride.  Both grow at the end only.
 *  - Host functions may be called from the thread that called `run` only.
 */
#ifndef ASSAY_PLUGIN_H
#define ASSAY_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#ifdef __cplusplus
#define ASSAY_BEGIN_C extern "C" {
#define ASSAY_END_C }
#else
#define ASSAY_BEGIN_C
#define ASSAY_END_C
#endif
/* clang-format on */

ASSAY_BEGIN_C

/* ---- 1. Version ---------------------------------------------------------- */

/** While the major number is 0 the host demands exactly this pair. */
#define ASSAY_ABI_MAJOR 0
#define ASSAY_ABI_MINOR 2

/** Rows of one type: @stride is sizeof (row) as the plugin was compiled. */
typedef struct AssayTable
{
  const void *rows;
  uint32_t n, stride;
} AssayTable;

/** The table of a C array. */
#define ASSAY_TABLE(array)                                                                         \
  {                                                                                                \
    (array), (uint32_t) (sizeof (array) / sizeof ((array)[0])), (uint32_t) sizeof ((array)[0])     \
  }

/* ---- 2. Parameters ------------------------------------------------------- */

typedef enum AssayParamType
{
  ASSAY_BOOL,   /* bool */
  ASSAY_INT,    /* int64_t, within +-2^53 */
  ASSAY_REAL,   /* double, finite */
  ASSAY_CHOICE, /* const char *, one of `choices` */
  ASSAY_STRING, /* const char * */
  ASSAY_FILE    /* const char *, a path; a run is keyed by the content's sha256 */
} AssayParamType;

typedef enum AssayParamFlags
{
  ASSAY_LOG_SLIDER = 1 << 0 /* distance along it is logarithmic, on the form's slider too */
} AssayParamFlags;

/** One parameter.  A parameter is a dimension too: choices, texts and truth
 *  values are labels, numbers have order and distance. */
typedef struct AssayParam
{
  const char *id;        /* the C name of the field; shown and typed with '-' for '_' */
  const char *title;     /* a few words */
  uint32_t type;         /* AssayParamType */
  uint32_t flags;        /* AssayParamFlags */
  size_t offset;         /* of the field in the study's parameter struct */
  double number;         /* default of BOOL, INT and REAL */
  const char *text;      /* default of CHOICE, STRING and FILE; NULL is "" */
  double min, max;       /* legal range, both inclusive; min == max: no limit */
  double ui_min, ui_max; /* slider range, cut to the legal one; equal: all of it */
  const char *choices;   /* "graph tree one-step" */
  const char *when;      /* asked only when all of this holds: "agent=n-step,tree env!=A", of
                            parameters above; otherwise it is left out of the spec and has no
                            level */
  const char *group, *unit, *help;
} AssayParam;

/** One list gives the struct, the table and the ids (one list per source file):
 *
 *      #define PARAMS(P)                                                     \
 *        P (INT, depth, 10, "Depth of the backup", .min = 1, .max = 100)     \
 *        P (CHOICE, agent, "graph", "Agent", .choices = "graph one-step")
 *      ASSAY_PARAMS (Params, params, PARAMS)
 *
 *  declares `typedef struct { int64_t depth; const char *agent; } Params` and
 *  `static const AssayParam params[2]`. */
#define ASSAY_PARAMS(Struct, table, LIST)                                                          \
  typedef struct Struct                                                                            \
  {                                                                                                \
    LIST (ASSAY_PARAM_FIELD_)                                                                      \
  } Struct;                                                                                        \
  typedef Struct AssayParamsOfThisFile_;                                                           \
  static const AssayParam table[] = { LIST (ASSAY_PARAM_ROW_) };

#define ASSAY_PARAM_FIELD_(TYPE, name, initial, ...) ASSAY_FIELD_##TYPE##_ name;
#define ASSAY_PARAM_ROW_(TYPE, name, initial, ...)                                                 \
  { .id = #name,                                                                                   \
    .type = ASSAY_##TYPE,                                                                          \
    .offset = offsetof (AssayParamsOfThisFile_, name),                                             \
    ASSAY_INITIAL_##TYPE##_ (initial),                                                             \
    .title = __VA_ARGS__ },

#define ASSAY_FIELD_BOOL_ bool
#define ASSAY_FIELD_INT_ int64_t
#define ASSAY_FIELD_REAL_ double
#define ASSAY_FIELD_CHOICE_ const char *
#define ASSAY_FIELD_STRING_ const char *
#define ASSAY_FIELD_FILE_ const char *
#define ASSAY_INITIAL_BOOL_(v) .number = (v)
#define ASSAY_INITIAL_INT_(v) .number = (double) (v)
#define ASSAY_INITIAL_REAL_(v) .number = (v)
#define ASSAY_INITIAL_CHOICE_(v) .text = (v)
#define ASSAY_INITIAL_STRING_(v) .text = (v)
#define ASSAY_INITIAL_FILE_(v) .text = (v)

/* ---- 3. Dimensions and metrics ------------------------------------------- */

typedef enum AssayDimKind
{
  ASSAY_LABEL,  /* names without distance: "arm" */
  ASSAY_NUMBER, /* order and distance: "lambda" */
  ASSAY_ITEM    /* exchangeable, so they may be redrawn: "prompt", "level" */
} AssayDimKind;

typedef enum AssayScale
{
  ASSAY_LINEAR,
  ASSAY_LOG10,
  ASSAY_SYMLOG,
  ASSAY_SQRT
} AssayScale;

/** A dimension that is no parameter.  `step` (number), `seed` (item) and
 *  `metric` (label) exist in every study and are not declared. */
typedef struct AssayDim
{
  const char *id, *title;
  uint32_t kind;       /* AssayDimKind */
  uint32_t scale;      /* AssayScale on which SLOPE and AUC measure distance */
  const char *values;  /* the closed list in display order; NULL: open */
  const char *of;      /* this is a property of that item: "author" of "question" */
  const char *same_as; /* a second axis over the same items: "query-b" over "query" */
} AssayDim;

typedef enum AssayBetter
{
  ASSAY_UP,
  ASSAY_DOWN
} AssayBetter;

/** What a crashed run, or a NaN, counts as. */
typedef enum AssayCrash
{
  ASSAY_CRASH_MISSING, /* no cell */
  ASSAY_CRASH_LAST,    /* the last finite value, carried on */
  ASSAY_CRASH_FLOOR    /* `floor` */
} AssayCrash;

typedef enum AssayMetricFlags
{
  ASSAY_TIMING = 1 << 0 /* not deterministic: drawn, never judged, not in `verify` */
} AssayMetricFlags;

typedef enum AssayFoldOp
{
  ASSAY_FOLD_END,
  ASSAY_OP_MEAN,
  ASSAY_OP_IQM,
  ASSAY_OP_SD,
  ASSAY_OP_MEDIAN,
  ASSAY_OP_QUANTILE,
  ASSAY_OP_SHARE,
  ASSAY_OP_AT,
  ASSAY_OP_AUC,
  ASSAY_OP_SLOPE,
  ASSAY_OP_TREND,
  ASSAY_OP_REACH,
  ASSAY_OP_WHEN,
  ASSAY_OP_BEST,
  ASSAY_OP_DROP,
  ASSAY_OP_DIFF,
  ASSAY_OP_RATIO,
  ASSAY_OP_ANCHOR,
  ASSAY_OP_WIN,
  ASSAY_OP_AUROC,
  ASSAY_OP_SPEARMAN,
  ASSAY_OP_LOG,
  ASSAY_N_FOLD_OPS
} AssayFoldOp;

/** One step of a chain: it removes the dimensions `over` (and `between`). */
typedef struct AssayFold
{
  uint32_t op; /* AssayFoldOp */
  const char *over, *between, *a, *b, *by;
  double x, y;
} AssayFold;

/* clang-format off */

/** A chain; write it with the macros below, in the order of work. */
#define ASSAY_FOLDS(...)                                                                           \
  (const AssayFold[])                                                                              \
  {                                                                                                \
    __VA_ARGS__, { .op = ASSAY_FOLD_END }                                                          \
  }

/* Over one dimension or several at once: ASSAY_IQM ("env seed"). */
#define ASSAY_MEAN(d) { .op = ASSAY_OP_MEAN, .over = (d) }
#define ASSAY_IQM(d) { .op = ASSAY_OP_IQM, .over = (d) } /* mean of the middle half */
#define ASSAY_SD(d) { .op = ASSAY_OP_SD, .over = (d) }
#define ASSAY_MEDIAN(d) { .op = ASSAY_OP_MEDIAN, .over = (d) }
#define ASSAY_QUANTILE(d, q) { .op = ASSAY_OP_QUANTILE, .over = (d), .x = (q) }
#define ASSAY_SHARE(d, above) { .op = ASSAY_OP_SHARE, .over = (d), .x = (above) }
/* Along an ordered dimension. */
#define ASSAY_AT(d, v) { .op = ASSAY_OP_AT, .over = (d), .a = (v) } /* "first", "last", "0.5" */
#define ASSAY_AUC(d) { .op = ASSAY_OP_AUC, .over = (d) }     /* mean height */
#define ASSAY_SLOPE(d) { .op = ASSAY_OP_SLOPE, .over = (d) } /* least squares on d's scale */
#define ASSAY_TREND(d) { .op = ASSAY_OP_TREND, .over = (d) } /* Spearman with position */
/* First position where the value passes `v` in the better direction,
 * interpolated, capped at the end; WHEN: the value where `m` first passes `v`. */
#define ASSAY_REACH(d, v) { .op = ASSAY_OP_REACH, .over = (d), .x = (v) }
#define ASSAY_WHEN(d, m, v) { .op = ASSAY_OP_WHEN, .over = (d), .by = (m), .x = (v) }
/* Value at the best level of d; best minus last.  `by` an item or seed: chosen
 * on one half of it, measured on the other, and swapped (it stays); `by` a
 * metric: chosen on that metric. */
#define ASSAY_BEST(d, by_) { .op = ASSAY_OP_BEST, .over = (d), .by = (by_) }
#define ASSAY_DROP(d, by_) { .op = ASSAY_OP_DROP, .over = (d), .by = (by_) }
/* a - b and a / b in the same cell of all else, which is the pairing.  d may be
 * a tuple: ASSAY_DIFF ("metric beta", "final 0.01", "peak 0").  b = "*": every
 * other level, and d stays. */
#define ASSAY_DIFF(d, a_, b_) { .op = ASSAY_OP_DIFF, .over = (d), .a = (a_), .b = (b_) }
#define ASSAY_RATIO(d, a_, b_) { .op = ASSAY_OP_RATIO, .over = (d), .a = (a_), .b = (b_) }
/* (v - zero) / (one - zero); the two anchors leave d. */
#define ASSAY_ANCHOR(d, zero, one) { .op = ASSAY_OP_ANCHOR, .over = (d), .a = (zero), .b = (one) }
/* Over `d` between levels a and b of `e`: paired share a > b, ties half; the
 * same unpaired; rank correlation. */
#define ASSAY_WIN(d, e, a_, b_)                                                                    \
  { .op = ASSAY_OP_WIN, .over = (d), .between = (e), .a = (a_), .b = (b_) }
#define ASSAY_AUROC(d, e, a_, b_)                                                                  \
  { .op = ASSAY_OP_AUROC, .over = (d), .between = (e), .a = (a_), .b = (b_) }
#define ASSAY_SPEARMAN(d, e, a_, b_)                                                               \
  { .op = ASSAY_OP_SPEARMAN, .over = (d), .between = (e), .a = (a_), .b = (b_) }
#define ASSAY_LOG() { .op = ASSAY_OP_LOG } /* natural logarithm of every cell */

/* clang-format on */

/** A metric: observed by the run (`dims` says over what), or derived: the
 *  metric `of`, filtered by `where`, folded by `fold`. */
typedef struct AssayMetric
{
  const char *id, *title, *unit;
  const char *dims; /* observed: every dimension it has besides parameters and seed: "arm step" */
  uint32_t better;  /* AssayBetter */
  uint32_t crash;   /* AssayCrash */
  uint32_t flags;   /* AssayMetricFlags */
  double floor;
  const char *of, *where;
  const AssayFold *fold; /* ends with ASSAY_FOLD_END */
  const char *help;      /* the formula and its source */
} AssayMetric;

/* ---- 4. Claims ------------------------------------------------------------ */

typedef enum AssayExpectKind
{
  ASSAY_EXPECT_NONE, /* the claim has parts (all_of) or cannot be judged (not_run) */
  ASSAY_EXPECT_ABOVE,
  ASSAY_EXPECT_BELOW,
  ASSAY_EXPECT_WITHIN
} AssayExpectKind;

typedef struct AssayExpect
{
  uint32_t kind; /* AssayExpectKind */
  double lo, hi;
} AssayExpect;

/* clang-format off */
#define ASSAY_ABOVE(v) { ASSAY_EXPECT_ABOVE, (v), 0 }
#define ASSAY_BELOW(v) { ASSAY_EXPECT_BELOW, 0, (v) }
#define ASSAY_WITHIN(lo, hi) { ASSAY_EXPECT_WITHIN, (lo), (hi) }
/* clang-format on */

/** A published claim, a gate or a control: a chain of folds whose result, with
 *  its 95 % interval, is held against `expect`.  The host alone judges. */
typedef struct AssayClaim
{
  const char *id, *says;
  const char *source; /* "Fig 3"; NULL: a gate or a control of ours */
  const char *paper;  /* the paper's figure in words; NULL: not stated */
  const char *metric; /* one, or several: then `metric` is a dimension */
  const char *where;  /* filter, the language of `assay runs`: "task=ops split=id,ood" */
  const AssayFold *fold;
  const char *units; /* what is redrawn, "seed" if NULL; "seed/env": separately in each env */
  const char *each;  /* must hold for every value of this dimension */
  AssayExpect expect;
  const char *needs;   /* claims that must hold, else this one is not evaluable */
  const char *all_of;  /* parts: reproduced if all are */
  const char *presets; /* where it can be judged; NULL: in every preset */
  const char *not_run; /* why no preset can judge it; the verdict is then "not run" */
  const char *caveat;  /* why it may fail here though the paper is right: a note of any verdict that
                          is inconclusive or contradicted; NULL: none is known */
} AssayClaim;

/** A cell of the paper's table, drawn beside ours (source=paper). */
typedef struct AssayReference
{
  const char *metric, *where;
  double value;
  const char *source;
} AssayReference;

/* ---- 5. Figures ----------------------------------------------------------- */

typedef enum AssayMark
{
  ASSAY_LINE,
  ASSAY_BAR,
  ASSAY_POINT,
  ASSAY_SPREAD_VIOLIN,
  ASSAY_SPREAD_BOX,
  ASSAY_SPREAD_STRIP,
  ASSAY_HEAT,
  ASSAY_HIST,
  ASSAY_HIST_CUMULATIVE,
  ASSAY_SURVIVAL,
  ASSAY_GRAPH, /* `y` names a graph artifact, `color` a column of its nodes */
  ASSAY_TABLE_OF_CELLS,
  ASSAY_SAMPLES, /* `y` names a set of samples */
  ASSAY_N_MARKS
} AssayMark;

typedef enum AssayCenter
{
  ASSAY_CENTER_MEAN,
  ASSAY_CENTER_MEDIAN,
  ASSAY_CENTER_IQM
} AssayCenter;

typedef enum AssayBand
{
  ASSAY_BAND_CI, /* the claims' 95 % interval */
  ASSAY_BAND_NONE,
  ASSAY_BAND_SD,
  ASSAY_BAND_QUARTILES,
  ASSAY_BAND_RANGE
} AssayBand;

/** A picture of a metric.  A channel (x, y, color, ...) is a dimension or a
 *  metric.  Dimensions that no channel names must be folded, averaged (`over`)
 *  or drawn one by one (`per`). */
typedef struct AssayFigure
{
  const char *id, *title, *source;
  uint32_t mark; /* AssayMark */
  const char *x, *y, *where;
  const AssayFold *fold;
  const char *color, *dash, *row, *col, *slider;
  const char *per;         /* one thin line, point or spread member per value */
  const char *over;        /* averaged, with a band; "seed" if NULL and per is NULL */
  uint32_t center;         /* AssayCenter */
  uint32_t band;           /* AssayBand */
  uint32_t xscale, yscale; /* AssayScale */
  const char *order;       /* HEAT, TABLE, BAR: a property, or "value"; GRAPH: "twopi", "sfdp" */
  const char *lines;       /* "y=x", "y=0", a metric, or a level drawn as reference: "arm=bon" */
  const char *beside;      /* a figure that shares the category axis */
} AssayFigure;

/* ---- 6. Presets ----------------------------------------------------------- */

typedef enum AssayPresetFlags
{
  ASSAY_HIDDEN = 1 << 0 /* for tests; not offered to users */
} AssayPresetFlags;

/** A preset is a plan.  Each line of `plan` is a grid: every combination of the
 *  values given, all else at its default; runs that come out equal are one.
 *
 *      "agent=graph,one-step env=A,B\n"
 *      "agent=n-step n=1,3,5,10 env=A,B"
 *
 *  Besides lists, numbers take log(1e-4..1e-1,7), lin(0..1,5) and, drawn once
 *  for the plan, uniform(0..1,8,SEED) and loguniform(1e-4..1e-1,8,SEED). */
typedef struct AssayPreset
{
  const char *id, *title, *help;
  const char *plan;
  uint32_t seeds; /* runs of every combination, seeds 1..n */
  uint32_t flags; /* AssayPresetFlags */
  double seconds; /* expected on two cores */
} AssayPreset;

/* ---- 7. Random streams ----------------------------------------------------- */

#define ASSAY_STREAM_WORDS 64

/** A counter-based stream, Philox4x32-10 keyed by (seed, name): the same bits
 *  on every machine, for ever.  A plain value: copy it to fork it. */
typedef struct AssayStream
{
  uint64_t key, name; /* the seed, and a hash of the name */
  uint64_t block;     /* index of the next 4-word block to make */
  uint32_t used;      /* words of `words` already given */
  uint32_t reserved;
  void (*refill) (struct AssayStream *stream); /* fills `words`, advances `block` */
  uint32_t words[ASSAY_STREAM_WORDS];
} AssayStream;

/** Next 32 uniform bits. */
static inline uint32_t
assay_bits (AssayStream *s)
{
  if (s->used >= ASSAY_STREAM_WORDS)
    s->refill (s);
  return s->words[s->used++];
}

/** Uniform in [0, 1), 53 bits. */
static inline double
assay_uniform (AssayStream *s)
{
  uint64_t high = assay_bits (s) >> 5, low = assay_bits (s) >> 6;

  return (double) (high * 67108864u + low) * (1.0 / 9007199254740992.0);
}

/** Uniform in 0..n-1 without bias (Lemire 2019); n > 0. */
static inline uint32_t
assay_below (AssayStream *s, uint32_t n)
{
  uint64_t m = (uint64_t) assay_bits (s) * n;

  if ((uint32_t) m < n)
    for (uint32_t least = (uint32_t) -n % n; (uint32_t) m < least;)
      m = (uint64_t) assay_bits (s) * n;
  return (uint32_t) (m >> 32);
}

/* ---- 8. Environments ------------------------------------------------------- */

typedef enum AssayType
{
  ASSAY_F32,
  ASSAY_F64,
  ASSAY_U8,
  ASSAY_U16,
  ASSAY_U32,
  ASSAY_I32
} AssayType;

/** One way of looking at an environment's state. */
typedef struct AssayView
{
  const char *id, *title; /* "full", "partial" */
  uint32_t type;          /* AssayType: F32 or U8 */
  uint32_t n_dims;
  uint32_t shape[4]; /* of one observation, row-major */
  double low, high;
} AssayView;

/** A setting of an environment: a number, and where it is 0..1 and whole perhaps a switch. */
typedef struct AssayOption
{
  const char *id, *title;
  double value;    /* the default */
  double min, max; /* legal range, both inclusive */
} AssayOption;

/** An environment: a batch of independent worlds stepped together.  All buffers
 *  belong to the caller and hold one entry per world, in order.  Deterministic:
 *  everything random in a world follows from the seed of its last reset. */
typedef struct AssayEnvironment
{
  uint32_t size;
  uint32_t n_actions;
  const char *id, *title, *help; /* "minigrid.DoorKey-8x8" */
  const char *actions;           /* names, in order */
  AssayTable views;              /* AssayView */
  double reward_min, reward_max;
  uint32_t max_steps;     /* an episode is truncated here; 0: never */
  uint32_t rows, columns; /* of the picture, in tiles */
  size_t state_size;      /* bytes of one world's complete state */
  size_t key_size;        /* its leading bytes that decide transitions: all but clocks
                             (a reward may depend on a clock) */

  /** @n worlds seen through view number @view; NULL: out of memory.  Not reset. */
  void *(*create) (const struct AssayEnvironment *environment, uint32_t n, uint32_t view);
  void (*destroy) (void *env);
  /** Starts an episode in every world i with which[i] != 0 (all, if NULL) from
   *  seeds[i]: equal seeds give equal levels.  Writes these worlds' observations. */
  void (*reset) (void *env, const uint64_t *seeds, const uint8_t *which, void *observations);
  /** One step in every world.  An action outside 0..n_actions-1 does nothing.  A
   *  step may terminate and truncate at once.  Such a world, and one that was never
   *  reset, waits: it stays as it is, keeps its flags, gives reward 0, and its
   *  observation is still written. */
  void (*step) (void *env, const int32_t *actions, void *observations, float *rewards,
                uint8_t *terminated, uint8_t *truncated);
  /** States are bytes without alignment. */
  void (*get_state) (void *env, uint32_t i, void *state);
  /** Returns false, and changes nothing, if @state is not a state of this environment. */
  bool (*set_state) (void *env, uint32_t i, const void *state);
  void (*observe) (void *env, uint32_t i, void *observation);
  /** Draws world @i: rgb is [rows * tile][columns * tile][3].  NULL: cannot. */
  void (*draw) (void *env, uint32_t i, uint32_t tile, uint8_t *rgb);
  /** World @i in characters, NUL-terminated; returns the length it wants.  NULL: cannot. */
  size_t (*text) (void *env, uint32_t i, char *out, size_t size);

  AssayTable options; /* AssayOption, possibly none */
  /** Sets an option of all worlds; call it before the first reset.  Returns false, and changes
   *  nothing, if there is no such option, if it cannot have this value, or out of memory.
   *  NULL: there are no options. */
  bool (*set_option) (void *env, const char *id, double value);
} AssayEnvironment;

/* ---- 9. A run, as the study sees it ---------------------------------------- */

struct AssayHost;

/** One run of a study.  Fields are the host's; read only. */
typedef struct AssayRun
{
  uint32_t size;
  uint32_t reserved;
  const struct AssayHost *host;
  const void *params; /* the study's parameter struct, filled */
  uint64_t seed;      /* 1, 2, ... */
} AssayRun;

/** A column of numbers or of texts; the other is NULL. */
typedef struct AssayColumn
{
  const char *id;
  const double *numbers;
  const char *const *texts;
} AssayColumn;

/** A directed graph with named values on nodes and edges. */
typedef struct AssayGraph
{
  uint32_t size;
  uint32_t n_nodes, n_edges;
  const uint32_t *from, *to; /* [n_edges], node numbers */
  AssayTable nodes, edges;   /* AssayColumn, n_nodes and n_edges long */
  uint32_t picture_width, picture_height, n_pictures;
  const uint8_t *pictures;   /* [n_pictures][height][width][3], RGB */
  const int32_t *picture_of; /* [n_nodes], -1: none; NULL: none at all */
} AssayGraph;

/** Token colours of a sample: bytes from..to of the text. */
typedef struct AssaySpan
{
  uint32_t from, to;
  float value;
} AssaySpan;

/** A memoised unit of work.  Its result is one file in the workspace's cache,
 *  keyed by code identity, @name, the values of @depends, the seed if
 *  @per_seed, and the keys of the @parents. */
typedef struct AssayStage
{
  uint32_t size;
  uint32_t per_seed;   /* 0: all seeds share it, and the verdict says so */
  const char *name;    /* "pretrain"; may carry a suffix: "q-star.DoorKey-5x5" */
  const char *depends; /* ids of the parameters that it reads */
  const char *parents; /* names of stages used before, whose result it reads */
  /** Makes the result by writing @path; false: failed or cancelled.  So that a result hangs on
   *  nothing but its key, @run has the seed 0 unless @per_seed, every parameter that @depends
   *  does not name is at its default, and what is observed or written for the run is refused. */
  bool (*build) (AssayRun *run, const char *path, void *data);
  void *data;
} AssayStage;

/** What the host does for a run.  Call through the wrappers below. */
typedef struct AssayHost
{
  uint32_t size;
  uint32_t (*series) (AssayRun *run, const char *metric, const char *labels);
  void (*observe) (AssayRun *run, uint32_t series, double step, double value);
  void (*axis) (AssayRun *run, const char *dim, const char *const *names, const double *numbers,
                uint32_t n);
  void (*property) (AssayRun *run, const char *item, const char *property, const char *const *names,
                    uint32_t n);
  void (*array) (AssayRun *run, const char *metric, const char *labels, const char *axes,
                 const uint64_t *shape, uint32_t type, const void *data);
  void (*sample) (AssayRun *run, const char *name, const char *labels, const char *prompt,
                  const char *text, const AssaySpan *spans, uint32_t n_spans);
  void (*table) (AssayRun *run, const char *name, const AssayColumn *columns, uint32_t n_columns,
                 uint32_t n_rows);
  void (*graph) (AssayRun *run, const char *name, const AssayGraph *graph);
  void (*picture) (AssayRun *run, const char *name, uint32_t width, uint32_t height,
                   const uint8_t *rgb);
  const char *(*file) (AssayRun *run, const char *name);
  void (*progress) (AssayRun *run, double fraction, const char *doing);
  bool (*cancelled) (AssayRun *run);
  void (*note) (AssayRun *run, const char *key, const char *value);
  void (*fail) (AssayRun *run, const char *message);
  void (*stream) (AssayRun *run, const char *name, AssayStream *stream);
  const char *(*stage) (AssayRun *run, const AssayStage *stage);
  void (*save) (AssayRun *run, const void *data, uint64_t size);
  const void *(*restore) (AssayRun *run, uint64_t *size);
  const AssayEnvironment *(*environment) (AssayRun *run, const char *id);
  const void *(*get_extension) (AssayRun *run, const char *id);
} AssayHost;

/** Opens the series of an observed metric at these labels ("split=train arm=a",
 *  or NULL).  The same words give the same number. */
static inline uint32_t
assay_series (AssayRun *run, const char *metric, const char *labels)
{
  return run->host->series (run, metric, labels);
}

/** Adds a point.  Steps of one series must not fall.  NaN counts as the metric's
 *  `crash` says. */
static inline void
assay_observe (AssayRun *run, uint32_t series, double step, double value)
{
  run->host->observe (run, series, step, value);
}

/** Names the levels of an open dimension for the arrays that follow: @names or
 *  @numbers, [n].  Without it the levels are 0..n-1. */
static inline void
assay_axis (AssayRun *run, const char *dim, const char *const *names, const double *numbers,
            uint32_t n)
{
  run->host->axis (run, dim, names, numbers, n);
}

/** Gives each of the @n levels of @item its value of @property. */
static inline void
assay_property (AssayRun *run, const char *item, const char *property, const char *const *names,
                uint32_t n)
{
  run->host->property (run, item, property, names, n);
}

/** Writes a complete labelled table of a metric, once.  @axes "arm split input"
 *  with @shape in that order, row-major; type F32, F64, U8 or U16, where NaN or
 *  the top integer is missing.  At most 256 MB. */
static inline void
assay_array (AssayRun *run, const char *metric, const char *labels, const char *axes,
             const uint64_t *shape, AssayType type, const void *data)
{
  run->host->array (run, metric, labels, axes, shape, (uint32_t) type, data);
}

/** Writes a text for a person to read, at labels "arm=rlhf input=17 sample=3". */
static inline void
assay_sample (AssayRun *run, const char *name, const char *labels, const char *prompt,
              const char *text, const AssaySpan *spans, uint32_t n_spans)
{
  run->host->sample (run, name, labels, prompt, text, spans, n_spans);
}

/** Artifacts: a table, a graph, a picture, or a file of your own, for which
 *  assay_file returns the path to write (lent until the next call). */
static inline void
assay_table (AssayRun *run, const char *name, const AssayColumn *columns, uint32_t n_columns,
             uint32_t n_rows)
{
  run->host->table (run, name, columns, n_columns, n_rows);
}

static inline void
assay_graph (AssayRun *run, const char *name, const AssayGraph *graph)
{
  run->host->graph (run, name, graph);
}

static inline void
assay_picture (AssayRun *run, const char *name, uint32_t width, uint32_t height, const uint8_t *rgb)
{
  run->host->picture (run, name, width, height, rgb);
}

static inline const char *
assay_file (AssayRun *run, const char *name)
{
  return run->host->file (run, name);
}

/** Says how far the run is, 0..1, and what it is doing.  Cheap; call it often. */
static inline void
assay_progress (AssayRun *run, double fraction, const char *doing)
{
  run->host->progress (run, fraction, doing);
}

/** True when the run should end soon: it was cancelled, or has failed.  Cheap. */
static inline bool
assay_cancelled (AssayRun *run)
{
  return run->host->cancelled (run);
}

/** Records a fact about this run (a library's version, a device) in env.json. */
static inline void
assay_note (AssayRun *run, const char *key, const char *value)
{
  run->host->note (run, key, value);
}

/** Ends the run as failed, with one sentence; return from `run` after it. */
static inline void
assay_fail (AssayRun *run, const char *message)
{
  run->host->fail (run, message);
}

/** The stream of this name: the same for equal (seed, name), whatever else is set. */
static inline void
assay_stream (AssayRun *run, const char *name, AssayStream *stream)
{
  run->host->stream (run, name, stream);
}

/** Path of a stage's result, built now or found in the cache, lent for the run;
 *  NULL when it failed or was cancelled: then return from `run`. */
static inline const char *
assay_stage (AssayRun *run, const AssayStage *stage)
{
  return run->host->stage (run, stage);
}

/** Checkpoint: a run that is killed and resumed gets these bytes back from
 *  assay_restore, with every observation made before the save kept and every
 *  later one forgotten.  NULL: start at the beginning. */
static inline void
assay_save (AssayRun *run, const void *data, uint64_t size)
{
  run->host->save (run, data, size);
}

static inline const void *
assay_restore (AssayRun *run, uint64_t *size)
{
  return run->host->restore (run, size);
}

/** The environment of this id; NULL, and the run has failed, if there is none. */
static inline const AssayEnvironment *
assay_environment (AssayRun *run, const char *id)
{
  return run->host->environment (run, id);
}

/** A table of further host functions, by id and version ("assay.video.1"); NULL: this
 *  host has none of that name. */
static inline const void *
assay_extension (AssayRun *run, const char *id)
{
  return run->host->get_extension (run, id);
}

/* ---- 10. The study and the plugin ------------------------------------------ */

typedef struct AssayStudy
{
  uint32_t size;
  uint32_t reserved;
  const char *id, *title, *question, *paper, *help;
  size_t params_size;    /* sizeof (the parameter struct) */
  AssayTable params;     /* AssayParam */
  AssayTable dims;       /* AssayDim */
  AssayTable metrics;    /* AssayMetric */
  AssayTable claims;     /* AssayClaim */
  AssayTable references; /* AssayReference */
  AssayTable figures;    /* AssayFigure */
  AssayTable presets;    /* AssayPreset */
  const char *plugins;   /* plugins whose environments it uses: "env-minigrid" */
  const char *threads;   /* the parameter that says how many threads a run uses; NULL: 1 */
  /** Runs once.  Returns when done, cancelled, or after assay_fail. */
  void (*run) (AssayRun *run);
} AssayStudy;

typedef struct AssayPlugin
{
  uint32_t size;
  uint16_t abi_major, abi_minor;
  const char *id; /* the file is assay-<id>.so */
  const char *title, *version, *license;
  const char *source;      /* __FILE__: where provenance looks for its git state */
  const AssayStudy *study; /* NULL: none */
  AssayTable environments; /* const AssayEnvironment, possibly none */
} AssayPlugin;

/** The first fields of an AssayStudy and of an AssayPlugin. */
#define ASSAY_STUDY_HEADER(Struct, table)                                                          \
  .size = sizeof (AssayStudy), .params_size = sizeof (Struct), .params = ASSAY_TABLE (table)
#define ASSAY_PLUGIN_HEADER                                                                        \
  .size = sizeof (AssayPlugin), .abi_major = ASSAY_ABI_MAJOR, .abi_minor = ASSAY_ABI_MINOR,        \
  .source = __FILE__

/** The one exported symbol.  Pure: no thread, I/O or allocation. */
#if defined(__GNUC__)
#define ASSAY_EXPORT __attribute__ ((visibility ("default")))
#else
#define ASSAY_EXPORT
#endif
ASSAY_EXPORT const AssayPlugin *assay_plugin_entry (void);

typedef const AssayPlugin *(*AssayPluginEntry) (void);

/** A plugin that is one study, whole. */
#define ASSAY_STUDY_PLUGIN(id_, study_, version_, license_)                                        \
  static const AssayPlugin assay_plugin_of_this_file_                                              \
      = { ASSAY_PLUGIN_HEADER, .id = (id_), .version = (version_), .license = (license_),          \
          .study = &(study_) };                                                                    \
  const AssayPlugin *assay_plugin_entry (void)                                                     \
  {                                                                                                \
    return &assay_plugin_of_this_file_;                                                            \
  }

ASSAY_END_C

#endif /* ASSAY_PLUGIN_H */
