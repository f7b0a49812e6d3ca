/* SPDX-License-Identifier: Apache-2.0
 *
 * The targets that all agents learn from: one stored transition in, one number out.
 */
#ifndef GRAPH_BACKUP_BACKUP_H
#define GRAPH_BACKUP_BACKUP_H

#include "graph.h"
#include <assay/plugin.h>

/* ---- Memory --------------------------------------------------------------- */

enum
{
  STEP_TERMINAL = 1, /* the environment ended the episode */
  STEP_LAST = 2      /* the last step of its episode: terminal, or cut by the time limit */
};

/** All transitions in the order of experience. */
typedef struct Memory
{
  uint32_t n, capacity;
  uint32_t *node, *next;
  float *reward, *behaviour; /* behaviour: probability with which the action was chosen */
  uint8_t *action, *flags;
} Memory;

bool memory_init (Memory *memory, uint32_t capacity);
void memory_clear (Memory *memory);
/** memory->n < memory->capacity. */
void memory_add (Memory *memory, uint32_t node, uint32_t action, float reward, uint32_t next,
                 uint32_t flags, float behaviour);

/* ---- Targets -------------------------------------------------------------- */

typedef enum Method
{
  METHOD_N_STEP,      /* uncorrected n-step Q; n = 1: one-step */
  METHOD_TREE,        /* Tree Backup along the stored trajectory (Precup et al. 2000) */
  METHOD_RETRACE,     /* Retrace(lambda) (Munos et al. 2016) */
  METHOD_Q_LAMBDA,    /* Peng's Q(lambda) (Peng and Williams 1996): not cut at other actions */
  METHOD_GRAPH,       /* graph_limited_backup */
  METHOD_GRAPH_MIXED, /* the same subgraph, values passed on along the sampled branches */
  N_METHODS
} Method;

/** What a target depends on besides the memory and the values. */
typedef struct BackupRule
{
  uint32_t method;   /* Method */
  uint32_t n;        /* N_STEP, TREE: steps; GRAPH, GRAPH_MIXED: depth */
  double lambda;     /* RETRACE, Q_LAMBDA */
  uint32_t longest;  /* RETRACE, Q_LAMBDA: steps of a trace at most; 0: no limit */
  uint32_t breadth;  /* GRAPH, GRAPH_MIXED: branches per level; 0: all */
  bool uniform;      /* branches drawn with equal weights instead of by count */
  bool persistent;   /* GRAPH: what a backup wrote stays until the next backup_sync */
  bool infer_end;    /* GRAPH: a node without an outgoing edge counts as an end */
  bool after_backup; /* TREE: the policy is greedy after the backup, not before it */
  bool misattach;    /* N_STEP: the published code's return on the wrong state-action */
} BackupRule;

/** Where a target belongs: the published n-step code moves it. */
typedef struct Target
{
  uint32_t node, action;
  double value;
} Target;

/** Work space of one learner.  Values are rows of `stride` doubles per node, padded with -inf. */
typedef struct Backup
{
  uint32_t n_nodes, n_actions, stride;
  double gamma;
  double *base;                 /* [n_nodes][stride]: the target network */
  double *table;                /* [n_nodes][stride]: base, as overwritten by graph backups */
  double *state_value;          /* [n_nodes]: GRAPH_MIXED */
  uint32_t *value_stamp;        /* [n_nodes]: target in which state_value was written */
  uint32_t *frontier, *reached; /* [n_nodes + 1] */
  uint32_t *blocks;             /* every eighth of cumulative */
  uint32_t *cumulative;         /* [n_nodes]: weight of the frontier up to and with each node */
  uint32_t *stamp;              /* [n_nodes]: level in which a node was reached */
  uint32_t level, target;       /* what the stamps are compared with */
  uint32_t *branches;           /* node * stride + action, in the order of expansion */
  uint32_t n_branches, capacity;
  uint64_t edges;      /* state-actions backed up so far: the compute count */
  AssayStream *stream; /* draws branches */

  /* Of a network, whose values are had row by row when they are needed (backup-lazy.c). */
  uint32_t *row_renewal; /* [n_nodes]: renewal of the target network that a row of base is from */
  uint32_t renewal;
  uint32_t *wanted; /* nodes whose rows the planned targets read and that are older */
  uint32_t n_wanted, wanted_capacity;
  uint32_t *plan; /* [n_planned + 1]: the branches of each planned target begin here */
  const uint32_t *planned;
  uint32_t n_planned, plan_capacity;
} Backup;

bool backup_init (Backup *backup, uint32_t n_nodes, uint32_t n_actions, double gamma,
                  AssayStream *stream);
void backup_clear (Backup *backup);
/** Room for @n_nodes, not fewer than now; new rows are 0.  False: out of memory. */
bool backup_grow (Backup *backup, uint32_t n_nodes);

/** A zeroed table of values in the layout of `base`; NULL: out of memory. */
double *backup_values_new (const Backup *backup);
/** Makes @values the target network, and forgets what graph backups wrote. */
void backup_sync (Backup *backup, const double *values);

/** The target of transition @t.  False: out of memory. */
bool backup_target (Backup *backup, const BackupRule *rule, const Memory *memory,
                    const Graph *graph, uint32_t t, Target *target);

/* ---- Values of a network (backup-lazy.c) ------------------------------------ */

/** The target network is another one now: every row of `base` is out of date. */
void backup_renew (Backup *backup);
/** Draws the branches of the targets of transitions @t[n], which must stay until they were
 *  asked for, and lists in `wanted` every out-of-date row that they will read, each once.
 *  False: out of memory. */
bool backup_plan (Backup *backup, const BackupRule *rule, const Memory *memory, const Graph *graph,
                  const uint32_t *t, uint32_t n);
/** Fills the row of @node for this renewal from @values[n_actions]. */
void backup_put (Backup *backup, uint32_t node, const float *values);
/** The target of the @i-th planned transition; all wanted rows were put. */
void backup_planned (Backup *backup, const BackupRule *rule, const Memory *memory,
                     const Graph *graph, uint32_t i, Target *target);

/** Largest of a row. */
static inline double
backup_row_max (const double *row, uint32_t stride)
{
  double a = row[0], b = row[1], c = row[2], d = row[3];

  for (uint32_t i = 4; i < stride; i += 4)
    {
      a = row[i] > a ? row[i] : a;
      b = row[i + 1] > b ? row[i + 1] : b;
      c = row[i + 2] > c ? row[i + 2] : c;
      d = row[i + 3] > d ? row[i + 3] : d;
    }
  a = a > b ? a : b;
  c = c > d ? c : d;
  return a > c ? a : c;
}

#endif
