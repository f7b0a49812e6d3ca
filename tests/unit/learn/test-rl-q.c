/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "learn/rl/dqn.h"
#include "learn/rl/q-ops.h"

#define ROWS 5

/* ---- operations ---- */

static const float row_noise[] = { 0.5f, -1.25f, 0.75f, 2, -0.5f };
static const float column_noise[] = { -1, 0.25f, 1.5f };

static AssayTensor *
perturb (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_perturb (tape, in[0], in[1], row_noise, in[0]->n_dims == 2 ? column_noise : NULL);
}

static void
perturb_reference (double *y, const double *const *in, const Check *check)
{
  size_t rows = check->inputs[0].shape[0], columns = check->inputs[0].shape[1];

  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < MAX (columns, 1); j++)
      {
        size_t at = i * MAX (columns, 1) + j;

        y[at] = in[0][at] + in[1][at] * row_noise[i] * (columns > 0 ? column_noise[j] : 1);
      }
}

static AssayTensor *
dueling (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  return assay_dueling (tape, in[0], in[1]);
}

static void
dueling_reference (double *y, const double *const *in, const Check *check)
{
  size_t n = check->inputs[0].shape[0], atoms = check->inputs[0].shape[1];
  size_t row = check->inputs[1].shape[1], actions = row / atoms;

  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < atoms; k++)
      {
        double mean = 0;

        for (size_t a = 0; a < actions; a++)
          mean += in[1][i * row + a * atoms + k] / (double) actions;
        for (size_t a = 0; a < actions; a++)
          y[i * row + a * atoms + k] = in[0][i * atoms + k] + in[1][i * row + a * atoms + k] - mean;
      }
}

/* Targets that leave no value at a kink of Huber's loss for long. */
static const float targets[] = { 0.3f, -0.21f, 3, -4, 0.17f };
static const float weights[] = { 1, 0.5f, 0.25f, 2, 0 };
static const int32_t actions[] = { 2, 0, 1, 2, 0 };

typedef struct LossOptions
{
  float delta;
  bool weighted;
} LossOptions;

static const LossOptions square = { 0, false }, huber = { 1, true };

static AssayTensor *
q_loss (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  const LossOptions *o = check->data;
  float errors[ROWS];

  return assay_q_loss (tape, in[0], actions, targets, o->weighted ? weights : NULL, o->delta,
                       errors);
}

static void
q_loss_reference (double *y, const double *const *in, const Check *check)
{
  const LossOptions *o = check->data;

  *y = 0;
  for (size_t i = 0; i < ROWS; i++)
    {
      double error = fabs (in[0][i * 3 + (size_t) actions[i]] - targets[i]);
      double loss = o->delta > 0 && error > o->delta ? o->delta * (error - o->delta / 2)
                                                     : error * error / 2;

      *y += loss * (o->weighted ? weights[i] : 1) / ROWS;
    }
}

#define ATOMS 4

static const float distributions[ROWS][ATOMS] = { { 0.25f, 0.25f, 0.25f, 0.25f },
                                                  { 0, 1, 0, 0 },
                                                  { 0.5f, 0, 0, 0.5f },
                                                  { 0.1f, 0.2f, 0.3f, 0.4f },
                                                  { 0, 0, 0, 1 } };

static AssayTensor *
distribution_loss (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  float errors[ROWS];

  return assay_distribution_loss (tape, in[0], ATOMS, actions, distributions[0], weights, errors);
}

static void
distribution_reference (double *y, const double *const *in, const Check *check)
{
  *y = 0;
  for (size_t i = 0; i < ROWS; i++)
    {
      const double *x = in[0] + (i * 3 + (size_t) actions[i]) * ATOMS;
      double sum = 0;

      for (size_t k = 0; k < ATOMS; k++)
        sum += exp (x[k]);
      for (size_t k = 0; k < ATOMS; k++)
        *y -= weights[i] * (double) distributions[i][k] * (x[k] - log (sum)) / ROWS;
    }
}

static const Check checks[] = {
  { "perturb-a-matrix", perturb, perturb_reference, { { -1, 1, { 5, 3 } }, { -1, 1, { 5, 3 } } } },
  { "perturb-a-vector", perturb, perturb_reference, { { -1, 1, { 5 } }, { -1, 1, { 5 } } } },
  { "perturb-one", perturb, perturb_reference, { { -1, 1, { 1, 1 } }, { -1, 1, { 1, 1 } } } },
  { "dueling", dueling, dueling_reference, { { -1, 1, { 5, 1 } }, { -1, 1, { 5, 3 } } } },
  { "dueling-by-atoms", dueling, dueling_reference, { { -1, 1, { 3, 7 } }, { -1, 1, { 3, 28 } } } },
  { "squared-loss", q_loss, q_loss_reference, { { -1, 1, { ROWS, 3 } } }, &square },
  { "huber-loss", q_loss, q_loss_reference, { { -1, 1, { ROWS, 3 } } }, &huber },
  { "distribution-loss",
    distribution_loss,
    distribution_reference,
    { { -2, 2, { ROWS, 3 * ATOMS } } } },
};

/* ---- the projection ---- */

/** Equation 7 of Bellemare et al.: every atom takes from every moved one by a hat function. */
static void
naive_project (const AssayQNetworkOptions *o, const float *probabilities, double shift,
               double factor, double *out)
{
  double step = ((double) o->v_max - o->v_min) / (o->n_atoms - 1);

  for (uint32_t i = 0; i < o->n_atoms; i++)
    for (uint32_t j = 0; j < o->n_atoms; j++)
      {
        double z = shift + factor * (o->v_min + j * step);
        double distance = fabs (CLAMP (z, o->v_min, o->v_max) - (o->v_min + i * step)) / step;

        out[i] += probabilities[j] * MAX (0, 1 - distance);
      }
}

static void
test_project (void)
{
  static const uint32_t sizes[] = { 2, 3, 51 };
  AssayStream stream;

  assay_stream_init (&stream, 1, "project");
  for (uint32_t round = 0; round < 300; round++)
    {
      AssayQNetworkOptions o = { .n_atoms = sizes[round % 3],
                                 .v_min = -1 - 3 * (float) assay_uniform (&stream),
                                 .v_max = 2 * (float) assay_uniform (&stream) };
      float shift = 12 * (float) assay_uniform (&stream) - 6, factor = round % 4 ? 0.9f : 0;
      float p[51], out[51] = { 0 };
      double reference[51] = { 0 }, sum = 0, total = 0;

      for (uint32_t k = 0; k < o.n_atoms; k++)
        sum += p[k] = (float) assay_uniform (&stream);
      for (uint32_t k = 0; k < o.n_atoms; k++)
        p[k] /= (float) sum;
      assay_dqn_project (&o, p, shift, factor, 1, out);
      naive_project (&o, p, shift, factor, reference);
      for (uint32_t k = 0; k < o.n_atoms; k++)
        {
          g_assert_cmpfloat_with_epsilon (out[k], reference[k], 1e-5);
          total += out[k];
        }
      g_assert_cmpfloat_with_epsilon (total, 1, 1e-5);
    }
}

/* Means are kept where nothing is cut off; extremes land on the ends; NaN stays NaN. */
static void
test_project_extremes (void)
{
  const AssayQNetworkOptions o = { .n_atoms = 51, .v_min = -10, .v_max = 10 };
  float p[51] = { [20] = 0.5f, [33] = 0.5f }, out[51] = { 0 }, none[51] = { 0 }, mean = 0;

  assay_dqn_project (&o, p, 0.123f, 0.77f, 1, out);
  for (uint32_t k = 0; k < 51; k++)
    mean += out[k] * assay_dqn_atom (&o, k);
  g_assert_cmpfloat_with_epsilon (mean, 0.123 + 0.77 * (-2 + 3.2) / 2, 1e-4);
  memset (out, 0, sizeof out);
  assay_dqn_project (&o, p, INFINITY, 1, 1, out);
  g_assert_cmpfloat_with_epsilon (out[50], 1, 1e-6);
  memset (out, 0, sizeof out);
  assay_dqn_project (&o, p, -1e30f, 1, 0.5f, out);
  g_assert_cmpfloat_with_epsilon (out[0], 0.5, 1e-6);
  assay_dqn_project (&o, p, NAN, 1, 1, none);
  g_assert_true (isnan (none[0]));
}

/* ---- the agent ---- */

static const AssayView view = { "x", "X", ASSAY_F32, 1, { 3 }, 0, 1 };
static const AssayView picture = { "x", "X", ASSAY_U8, 3, { 6, 5, 2 }, 0, 1 };

static AssayDqnOptions
small_options (void)
{
  AssayDqnOptions o = { .network = { .n_actions = 4, .n_hidden = 2, .hidden = { 16, 8 } },
                        .huber_delta = 1,
                        .optimizer = assay_adam_defaults };

  assay_encoding_init (&o.network.encoding, &view, NULL, 0);
  return o;
}

static AssayDqn *
make (const AssayDqnOptions *options)
{
  AssayStream stream;

  assay_stream_init (&stream, 3, "weights");
  return assay_dqn_new (options, &stream, NULL);
}

/** A batch of random transitions, of which every third ends. */
static AssayBatch *
random_batch (uint32_t n)
{
  AssayBatch *batch = assay_batch_new (n, sizeof (float[3]));
  AssayStream stream;

  assay_stream_init (&stream, n, "batch");
  for (uint32_t i = 0; i < 3 * n; i++)
    {
      ((float *) batch->observations)[i] = (float) assay_normal (&stream);
      ((float *) batch->next_observations)[i] = (float) assay_normal (&stream);
    }
  for (uint32_t i = 0; i < n; i++)
    {
      batch->actions[i] = (int32_t) assay_below (&stream, 4);
      batch->returns[i] = (float) assay_normal (&stream);
      batch->discounts[i] = i % 3 ? 0.9f : 0;
      batch->weights[i] = (float) assay_uniform (&stream);
    }
  return batch;
}

static void
test_values_batched (void)
{
  AssayDqnOptions o = small_options ();
  g_autofree float *all = g_new (float, 1000 * 4);
  g_autofree int32_t *chosen = g_new (int32_t, 1000);
  AssayBatch *batch = random_batch (1000);
  AssayDqn *dqn = make (&o);

  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, batch->observations, 1000, all);
  assay_dqn_act (dqn, batch->observations, 1000, 0, NULL, chosen);
  for (uint32_t i = 0; i < 1000; i += 37)
    {
      float one[4];

      assay_dqn_values (dqn, ASSAY_DQN_TARGET, batch->observations + 12 * i, 1, one);
      for (uint32_t a = 0; a < 4; a++)
        {
          g_assert_cmpfloat_with_epsilon (one[a], all[4 * i + a], 1e-6);
          g_assert_cmpfloat (all[4 * i + (uint32_t) chosen[i]], >=, all[4 * i + a]);
        }
    }
  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, NULL, 0, NULL);
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

static void
test_epsilon (void)
{
  AssayDqnOptions o = small_options ();
  AssayBatch *batch = random_batch (2000);
  g_autofree int32_t *greedy = g_new (int32_t, 2000);
  g_autofree int32_t *chosen = g_new (int32_t, 2000);
  AssayDqn *dqn = make (&o);
  uint32_t differ = 0;
  AssayStream stream;

  assay_stream_init (&stream, 5, "act");
  assay_dqn_act (dqn, batch->observations, 2000, 0, &stream, greedy);
  assay_dqn_act (dqn, batch->observations, 2000, 0.4, &stream, chosen);
  for (uint32_t i = 0; i < 2000; i++)
    differ += chosen[i] != greedy[i];
  /* Three of four random actions differ: 0.3, deviation 0.01. */
  g_assert_cmpfloat_with_epsilon (differ / 2000.0, 0.3, 0.05);
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

/** Moves the networks apart, then compares the targets of an update with their formula. */
static void
test_targets (gconstpointer double_q)
{
  AssayDqnOptions o = small_options ();
  AssayBatch *batch = random_batch (64);
  float online[64 * 4], target[64 * 4], before[64 * 4];
  AssayDqn *dqn;
  double loss = 0;

  o.double_q = double_q != NULL;
  dqn = make (&o);
  for (uint32_t i = 0; i < 20; i++)
    assay_dqn_update (dqn, batch, NULL);
  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, batch->next_observations, 64, online);
  assay_dqn_values (dqn, ASSAY_DQN_TARGET, batch->next_observations, 64, target);
  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, batch->observations, 64, before);
  for (uint32_t i = 0; i < 64; i++)
    {
      const float *chooser = (o.double_q ? online : target) + 4 * i;
      uint32_t best = 0;
      double error;

      for (uint32_t a = 1; a < 4; a++)
        best = chooser[a] > chooser[best] ? a : best;
      error = before[4 * i + (uint32_t) batch->actions[i]]
              - (batch->returns[i] + batch->discounts[i] * target[4 * i + best]);
      loss += batch->weights[i] * (fabs (error) < 1 ? error * error / 2 : fabs (error) - 0.5) / 64;
      online[i] = (float) error;
    }
  g_assert_cmpfloat_with_epsilon (assay_dqn_update (dqn, batch, NULL), loss, 1e-6);
  for (uint32_t i = 0; i < 64; i++)
    g_assert_cmpfloat_with_epsilon (dqn->errors[i], online[i], 1e-5);
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

/* An end has no future, even where the network's values are no numbers. */
static void
test_given_targets (void)
{
  AssayDqnOptions o = small_options ();
  AssayBatch *batch = random_batch (16);
  AssayDqn *a = make (&o), *b = make (&o);

  for (uint32_t i = 0; i < 16; i++)
    batch->discounts[i] = 0;
  for (uint32_t i = 0; i < 30; i++)
    g_assert_cmpfloat (assay_dqn_update (a, batch, NULL), ==,
                       assay_dqn_update (b, batch, batch->returns));
  g_assert_cmpmem (a->params->values, a->params->size * 4, b->params->values, b->params->size * 4);
  for (size_t i = 0; i < a->params->size; i++)
    a->target[i] = NAN;
  g_assert_true (isfinite (assay_dqn_update (a, batch, NULL)));
  batch->discounts[3] = 0.5f;
  g_assert_true (isnan (assay_dqn_update (a, batch, NULL)));
  assay_batch_free (batch);
  assay_dqn_free (a);
  assay_dqn_free (b);
}

static void
test_target_follows (void)
{
  AssayDqnOptions every = small_options (), average = every;
  AssayBatch *batch = random_batch (16);
  g_autofree float *before = NULL;
  size_t n;
  AssayDqn *dqn;

  every.target_every = 5;
  dqn = make (&every);
  n = dqn->params->size;
  before = g_memdup2 (dqn->target, n * sizeof *before);
  for (uint32_t i = 1; i < 13; i++)
    {
      assay_dqn_update (dqn, batch, NULL);
      if (i % 5 == 0)
        {
          g_assert_cmpmem (dqn->target, n * 4, dqn->params->values, n * 4);
          memcpy (before, dqn->target, n * sizeof *before);
        }
      g_assert_cmpmem (dqn->target, n * 4, before, n * 4);
    }
  assay_dqn_free (dqn);
  average.target_rate = 0.25f;
  dqn = make (&average);
  memcpy (before, dqn->target, n * sizeof *before);
  assay_dqn_update (dqn, batch, NULL);
  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (dqn->target[i],
                                    0.75 * before[i] + 0.25 * dqn->params->values[i], 1e-6);
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

/* Without noise a noisy network is its means; with it, values vary around them. */
static void
test_noise (void)
{
  AssayDqnOptions o = small_options ();
  AssayBatch *batch = random_batch (1);
  AssayDqn *dqn;
  AssayStream stream;
  float mean[4], again[4];
  uint32_t changes = 0;
  int32_t first, action;

  o.network.noisy = true;
  o.network.noise = 0.5f;
  dqn = make (&o);
  assay_stream_init (&stream, 1, "noise");
  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, batch->observations, 1, mean);
  assay_dqn_act (dqn, batch->observations, 1, 0, NULL, &first);
  for (uint32_t i = 0; i < 200; i++)
    {
      assay_dqn_act (dqn, batch->observations, 1, 0, &stream, &action);
      changes += action != first;
      assay_dqn_act (dqn, batch->observations, 1, 0, NULL, &action);
      g_assert_cmpint (action, ==, first);
    }
  g_assert_cmpuint (changes, >, 10);
  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, batch->observations, 1, again);
  g_assert_cmpmem (mean, sizeof mean, again, sizeof again);
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

static void
test_distributions (void)
{
  AssayDqnOptions o = small_options ();
  AssayBatch *batch = random_batch (300);
  g_autofree float *p = g_new (float, 300 * 4 * 11);
  g_autofree float *values = g_new (float, 300 * 4);
  AssayDqn *dqn;

  o.network.n_atoms = 11;
  o.network.v_min = -2;
  o.network.v_max = 3;
  o.network.dueling = true;
  dqn = make (&o);
  assay_dqn_distributions (dqn, ASSAY_DQN_ONLINE, batch->observations, 300, p);
  assay_dqn_values (dqn, ASSAY_DQN_ONLINE, batch->observations, 300, values);
  for (uint32_t i = 0; i < 1200; i++)
    {
      double sum = 0, mean = 0;

      for (uint32_t k = 0; k < 11; k++)
        {
          sum += p[i * 11 + k];
          mean += p[i * 11 + k] * (-2 + 0.5 * k);
        }
      g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
      g_assert_cmpfloat_with_epsilon (values[i], mean, 1e-5);
    }
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

/* After the first update of a size, none asks for memory. */
static void
test_memory (void)
{
  AssayDqnOptions o = small_options ();
  AssayBatch *batch = random_batch (32);
  const float *errors;
  AssayDqn *dqn;
  size_t held;

  o.double_q = true;
  dqn = make (&o);
  assay_dqn_update (dqn, batch, NULL);
  assay_dqn_update (dqn, batch, NULL);
  held = assay_tape_held (dqn->tape) + assay_tape_held (dqn->values_tape);
  errors = dqn->errors;
  for (uint32_t i = 0; i < 50; i++)
    assay_dqn_update (dqn, batch, NULL);
  g_assert_cmpuint (held, ==, assay_tape_held (dqn->tape) + assay_tape_held (dqn->values_tape));
  g_assert_true (errors == dqn->errors);
  batch->n = 0;
  g_assert_cmpfloat (assay_dqn_update (dqn, batch, NULL), ==, 0);
  batch->n = 32;
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

static void
test_refused (void)
{
  AssayDqnOptions bad[12];
  AssayStream stream;
  const char *why;

  assay_stream_init (&stream, 3, "weights");
  for (uint32_t i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = small_options ();
  bad[0].network.n_actions = 0;
  bad[1].network.n_hidden = 5;
  bad[2].network.hidden[1] = 0;
  bad[3].network.n_atoms = 1;
  bad[4].network.n_atoms = 51; /* between 0 and 0 */
  bad[5].network.n_convs = 1;  /* over a vector */
  bad[6].network.encoding.size = 0;
  bad[7].huber_delta = NAN;
  bad[8].target_rate = 1.5f;
  bad[9].network.noisy = true;
  bad[9].network.noise = -1;
  assay_encoding_init (&bad[10].network.encoding, &picture, NULL, 0);
  bad[10].network.n_convs = 2;
  bad[10].network.convs[0] = (AssayQConv){ 4, 3, 1, 0 };
  bad[10].network.convs[1] = (AssayQConv){ 4, 4, 1, 0 };
  bad[11] = bad[10];
  bad[11].network.convs[1] = (AssayQConv){ 4, 3, 0, 0 };
  for (uint32_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (assay_dqn_new (&bad[i], &stream, &why));
      g_assert_nonnull (why);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("rl/q", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/rl/q/projection-is-that-of-the-paper", test_project);
  g_test_add_func ("/rl/q/projection-at-extremes", test_project_extremes);
  g_test_add_func ("/rl/q/values-of-many-are-those-of-each", test_values_batched);
  g_test_add_func ("/rl/q/epsilon-is-the-share-of-random-actions", test_epsilon);
  g_test_add_data_func ("/rl/q/targets-are-r-plus-the-greatest", NULL, test_targets);
  g_test_add_data_func ("/rl/q/double-targets-are-chosen-online", "", test_targets);
  g_test_add_func ("/rl/q/targets-may-be-given", test_given_targets);
  g_test_add_func ("/rl/q/the-target-network-follows", test_target_follows);
  g_test_add_func ("/rl/q/noise-is-there-when-asked-for", test_noise);
  g_test_add_func ("/rl/q/distributions-and-their-means", test_distributions);
  g_test_add_func ("/rl/q/a-steady-update-asks-for-no-memory", test_memory);
  g_test_add_func ("/rl/q/refuses-senseless-options", test_refused);
  return g_test_run ();
}
