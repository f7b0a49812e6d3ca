/* SPDX-License-Identifier: Apache-2.0
 *
 * Advantages, divergences and the loss, each against its definition.
 */
#include "check.h"
#include "learn/text/advantage.h"
#include "learn/text/ppo-loss.h"
#include "ppo-lab.h"

#include <stdlib.h>

/* ---- advantages ---- */

#define STEPS 9

static void
test_gae (void)
{
  static const double gammas[] = { 1, 0.9, 0 }, lambdas[] = { 0, 0.95, 1 };
  float numbers[2 * STEPS], *values = numbers + STEPS;
  double rewards[STEPS], advantages[STEPS], returns[STEPS];

  check_fill (numbers, 2 * STEPS, -1, 1, "gae");
  for (size_t t = 0; t < STEPS; t++)
    rewards[t] = (double) numbers[t];
  for (size_t i = 0; i < 9; i++)
    {
      double gamma = gammas[i / 3], lambda = lambdas[i % 3];

      assay_gae (rewards, values, STEPS, gamma, lambda, advantages, returns);
      for (size_t t = 0; t < STEPS; t++)
        {
          double sum = 0;

          for (size_t k = t; k < STEPS; k++)
            {
              double next = k + 1 < STEPS ? (double) values[k + 1] : 0;

              sum += pow (gamma * lambda, (double) (k - t))
                     * (rewards[k] + gamma * next - (double) values[k]);
            }
          g_assert_cmpfloat_with_epsilon (advantages[t], sum, 1e-12);
          g_assert_cmpfloat_with_epsilon (returns[t], sum + (double) values[t], 1e-12);
        }
    }
}

/* With lambda 1 and gamma 1, what values say goes out of the returns. */
static void
test_gae_returns (void)
{
  const double rewards[] = { -0.5, 0.25, 2 };
  const float values[] = { 3, -1, 7 };
  double advantages[3], returns[3];

  assay_gae (rewards, values, 3, 1, 1, advantages, returns);
  g_assert_cmpfloat_with_epsilon (returns[0], 1.75, 1e-12);
  g_assert_cmpfloat_with_epsilon (returns[1], 2.25, 1e-12);
  g_assert_cmpfloat_with_epsilon (returns[2], 2, 1e-12);
}

/* All triples of actions: the mean of A_i grad log p (a_i) is the gradient of the mean reward, of
 * which the baseline takes nothing away; and its variance is less than without one. */
static void
test_leave_one_out (void)
{
  enum
  {
    ACTIONS = 3,
    DRAWS = 3
  };
  const double p[ACTIONS] = { 0.2, 0.5, 0.3 }, rewards[ACTIONS] = { 5, 7, 6.5 };
  double mean = 0, gradient[ACTIONS] = { 0 }, squares = 0, plain_squares = 0;

  for (size_t a = 0; a < ACTIONS; a++)
    mean += p[a] * rewards[a];
  for (size_t all = 0; all < ACTIONS * ACTIONS * ACTIONS; all++)
    {
      size_t drawn[DRAWS] = { all % 3, all / 3 % 3, all / 9 };
      double returns[DRAWS], advantages[DRAWS], probability = 1;

      for (size_t i = 0; i < DRAWS; i++)
        {
          returns[i] = rewards[drawn[i]];
          probability *= p[drawn[i]];
        }
      assay_leave_one_out (returns, DRAWS, advantages);
      for (size_t a = 0; a < ACTIONS; a++)
        {
          double estimate = 0, plain = 0;

          for (size_t i = 0; i < DRAWS; i++)
            {
              double score = (drawn[i] == a) - p[a];

              estimate += advantages[i] * score / DRAWS;
              plain += returns[i] * score / DRAWS;
            }
          gradient[a] += probability * estimate;
          squares += probability * estimate * estimate;
          plain_squares += probability * plain * plain;
        }
    }
  for (size_t a = 0; a < ACTIONS; a++)
    g_assert_cmpfloat_with_epsilon (gradient[a], p[a] * (rewards[a] - mean), 1e-12);
  g_assert_cmpfloat (squares, <, plain_squares / 4);
}

static void
test_whiten (void)
{
  double x[] = { 1e6 + 1, 1e6 + 2, 1e6 + 3, 1e6 + 6 }, equal[] = { 0.1, 0.1, 0.1 };
  double mean = 0, squares = 0;

  assay_whiten (x, 4);
  assay_whiten (equal, 3);
  for (size_t i = 0; i < 4; i++)
    {
      mean += x[i];
      squares += x[i] * x[i];
    }
  g_assert_cmpfloat_with_epsilon (mean, 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (squares / 4, 1, 1e-7);
  for (size_t i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (equal[i], 0, 1e-7);
}

/* ---- divergences ---- */

static const AssayGptConfig tiny
    = { .d = 8, .layers = 1, .heads = 2, .context = 8, .vocabulary = 4 };

/* Over all answers: KL by its definition is what k1, k3 and exact are on average. */
static void
test_divergence (void)
{
  AssaySequences *answers = lab_all_answers (4, 3);
  float *values = lab_values (&tiny, 1), *reference = lab_values (&tiny, 2);
  AssayTokens *tokens = lab_read (&tiny, values, reference, answers);
  double *p = lab_log_probs (tokens, answers->n, tokens->log_probs);
  double *q = lab_log_probs (tokens, answers->n, tokens->reference);
  double sum = 0, kl = 0, means[ASSAY_KLS] = { 0 }, squares = 0;

  g_assert_cmpuint (answers->n, ==, 1 + 3 + 9 + 27);
  for (uint32_t i = 0; i < answers->n; i++)
    {
      sum += exp (p[i]);
      kl += exp (p[i]) * (p[i] - q[i]);
      for (size_t t = tokens->first[i]; t < tokens->first[i + 1]; t++)
        {
          double l = (double) tokens->log_probs[t] - (double) tokens->reference[t], k[ASSAY_KLS];

          assay_kl_estimates (l, (double) tokens->exact[t], k);
          g_assert_cmpfloat (k[ASSAY_KL_K3], >=, 0);
          squares += exp (p[i]) * l * l / 2;
          for (uint32_t e = 0; e < ASSAY_KLS; e++)
            means[e] += exp (p[i]) * k[e];
        }
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
  g_assert_cmpfloat (kl, >, 0.1);
  g_assert_cmpfloat_with_epsilon (means[ASSAY_KL_K1], kl, 1e-5);
  g_assert_cmpfloat_with_epsilon (means[ASSAY_KL_K3], kl, 1e-5);
  g_assert_cmpfloat_with_epsilon (means[ASSAY_KL_EXACT], kl, 1e-5);
  g_assert_cmpfloat_with_epsilon (means[ASSAY_KL_K2], squares, 1e-12);
  g_free (p);
  g_free (q);
  free (values);
  free (reference);
  assay_tokens_free (tokens);
  assay_sequences_free (answers);
}

/* Means over rows of one answer are what is summed over its tokens. */
static void
test_divergence_means (void)
{
  AssaySequences *answers = lab_all_answers (4, 2);
  float *values = lab_values (&tiny, 1), *reference = lab_values (&tiny, 2);
  AssayTokens *tokens = lab_read (&tiny, values, reference, answers);
  AssayDivergence means = assay_tokens_divergence (tokens, answers->n);
  double *p = lab_log_probs (tokens, answers->n, tokens->log_probs);
  double *q = lab_log_probs (tokens, answers->n, tokens->reference);
  double k1 = 0, log_prob = 0, entropy = 0, n = answers->n;
  size_t n_tokens = tokens->first[answers->n];

  for (uint32_t i = 0; i < answers->n; i++)
    {
      k1 += (p[i] - q[i]) / n;
      log_prob += p[i] / n;
    }
  for (size_t t = 0; t < n_tokens; t++)
    entropy += (double) tokens->entropy[t] / (double) n_tokens;
  g_assert_cmpfloat_with_epsilon (means.kl[ASSAY_KL_K1], k1, 1e-9);
  g_assert_cmpfloat_with_epsilon (means.log_prob, log_prob, 1e-9);
  g_assert_cmpfloat_with_epsilon (means.entropy, entropy, 1e-9);
  g_assert_cmpfloat (entropy, >, 0);
  g_assert_cmpfloat (entropy, <, log (4));
  g_assert_cmpfloat_with_epsilon (means.length, (1 + 12 * 2) / 13.0, 1e-9);
  g_free (p);
  g_free (q);
  free (values);
  free (reference);
  assay_tokens_free (tokens);
  assay_sequences_free (answers);
}

/* ---- the loss ---- */

#define TOKENS 6

/* Token i of the loss is number tokens[i]; one number is not among them. */
static const size_t numbers[TOKENS] = { 6, 1, 0, 3, 2, 5 };
static float old_log_probs[] = { -1.0f, -1.2f, -0.8f, -1.5f, 9, -1.1f, -0.9f };
static float reference_log_probs[] = { -0.5f, -1.4f, -1.8f, -1.1f, 9, -1.3f, -0.4f };
static float old_values[] = { 0.1f, -0.4f, 0.3f, 0.9f, 9, -0.2f, 0.6f };
static const double advantages[] = { 0.7, -1.1, 0.4, -0.3, 9, 1.6, -0.8 };
static const double returns[] = { 0.5, -1, 1.2, 0.2, 9, 0.4, -0.6 };
static const AssayTokens old
    = { .log_probs = old_log_probs, .reference = reference_log_probs, .values = old_values };

static AssayTensor *
loss_op (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  const AssayPpoTerms *terms = check->data;
  bool exact = terms->kl_coefficient > 0 && terms->kl == ASSAY_KL_EXACT;
  AssayPpoSums sums;

  return assay_ppo_loss (tape, in[0], terms->value_coefficient > 0 ? in[1] : NULL,
                         terms->entropy_coefficient > 0 ? in[2] : NULL, exact ? in[3] : NULL,
                         numbers, terms, &sums);
}

static void
loss_reference (double *y, const double *const *in, const Check *check)
{
  const AssayPpoTerms *terms = check->data;
  double sum = 0;

  for (size_t i = 0; i < TOKENS; i++)
    {
      size_t t = numbers[i];
      double ratio = exp (in[0][i] - (double) old_log_probs[t]), cut = ratio;
      double l = in[0][i] - (double) reference_log_probs[t];
      double v = in[1][i], v_cut = v, old_v = (double) old_values[t];
      const double k[ASSAY_KLS]
          = { ratio * l, ratio * l * l / 2, ratio * (exp (-l) - 1 + l), in[3][i] };

      if (terms->clip > 0)
        cut = check_max (1 - terms->clip, check_min (1 + terms->clip, ratio));
      if (terms->value_clip > 0)
        v_cut = check_max (old_v - terms->value_clip, check_min (old_v + terms->value_clip, v));
      sum -= check_min (ratio * advantages[t], cut * advantages[t]);
      if (terms->value_coefficient > 0)
        sum += terms->value_coefficient / 2
               * check_max (pow (v - returns[t], 2), pow (v_cut - returns[t], 2));
      if (terms->entropy_coefficient > 0)
        sum -= terms->entropy_coefficient * in[2][i];
      if (terms->kl_coefficient > 0)
        sum += terms->kl_coefficient * k[terms->kl];
    }
  *y = sum / terms->divisor;
}

#define LOSS(title, ...)                                                                           \
  {                                                                                                \
    .name = title, .op = loss_op, .reference = loss_reference,                                     \
    .inputs = { { -2, -0.3, { TOKENS } },                                                          \
                { -1, 1, { TOKENS } },                                                             \
                { 0.1, 1, { TOKENS } },                                                            \
                { 0.1, 1, { TOKENS } } },                                                          \
    .data = &(const AssayPpoTerms)                                                                 \
    {                                                                                              \
      .tokens = &old, .advantages = advantages, .returns = returns, .divisor = 3, __VA_ARGS__      \
    }                                                                                              \
  }

static const Check losses[] = {
  LOSS ("plain"),
  LOSS ("clip", .clip = 0.2),
  LOSS ("value", .value_coefficient = 0.5),
  LOSS ("value-clip", .value_coefficient = 2, .value_clip = 0.2),
  LOSS ("entropy", .entropy_coefficient = 0.3),
  LOSS ("k1", .kl_coefficient = 0.7, .kl = ASSAY_KL_K1),
  LOSS ("k2", .kl_coefficient = 0.7, .kl = ASSAY_KL_K2),
  LOSS ("k3", .kl_coefficient = 0.7, .kl = ASSAY_KL_K3),
  LOSS ("exact", .kl_coefficient = 0.7, .kl = ASSAY_KL_EXACT),
  LOSS ("all", .clip = 0.1, .value_coefficient = 1, .value_clip = 0.3, .entropy_coefficient = 0.1,
        .kl_coefficient = 0.2, .kl = ASSAY_KL_K3),
};

/* One token's loss, and its derivatives by log-probability and value. */
typedef struct Slopes
{
  double log_prob, value;
  AssayPpoSums sums;
} Slopes;

static Slopes
slopes_of (double ratio, double advantage, double value, double wanted)
{
  float zero = 0, log_prob = logf ((float) ratio), v = (float) value, grads[32];
  const AssayTokens tokens = { .log_probs = &zero, .reference = &zero, .values = &zero };
  const AssayPpoTerms terms = { .tokens = &tokens,
                                .advantages = &advantage,
                                .returns = &wanted,
                                .clip = 0.2,
                                .value_clip = 0.5,
                                .value_coefficient = 1,
                                .divisor = 1 };
  const size_t token = 0;
  AssayParams *params = assay_params_new ();
  const AssayWeight *a = assay_params_add (params, ASSAY_SHAPE (1), ASSAY_INIT_ZERO, 0, "a");
  const AssayWeight *b = assay_params_add (params, ASSAY_SHAPE (1), ASSAY_INIT_ZERO, 0, "b");
  AssayTape *tape = assay_tape_new (params->n);
  Slopes slopes;

  g_assert_cmpuint (params->size, ==, G_N_ELEMENTS (grads));
  params->values = assay_params_vector (params);
  params->values[a->offset] = log_prob;
  params->values[b->offset] = v;
  assay_tape_begin (tape, params->values, grads, false);
  assay_tape_backward (tape,
                       assay_ppo_loss (tape, assay_tape_param (tape, a), assay_tape_param (tape, b),
                                       NULL, NULL, &token, &terms, &slopes.sums),
                       1, params->params, params->n);
  slopes.log_prob = (double) grads[a->offset];
  slopes.value = (double) grads[b->offset];
  assay_tape_free (tape);
  assay_params_free (params);
  return slopes;
}

/* Beyond the range nothing pulls a token further away, but back. */
static void
test_clipped (void)
{
  g_assert_cmpfloat (slopes_of (1.5, 1, 0, 0).log_prob, ==, 0);
  g_assert_cmpfloat (slopes_of (0.5, -1, 0, 0).log_prob, ==, 0);
  g_assert_cmpfloat_with_epsilon (slopes_of (1.5, -1, 0, 0).log_prob, 1.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (slopes_of (0.5, 1, 0, 0).log_prob, -0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (slopes_of (1.1, 1, 0, 0).log_prob, -1.1, 1e-6);
  g_assert_cmpfloat (slopes_of (1.5, 1, 0, 0).sums.clipped, ==, 1);
  g_assert_cmpfloat (slopes_of (1.5, -1, 0, 0).sums.clipped, ==, 1);
  g_assert_cmpfloat (slopes_of (1.1, 1, 0, 0).sums.clipped, ==, 0);
  g_assert_cmpfloat_with_epsilon (slopes_of (1.5, 1, 0, 0).sums.policy, -1.2, 1e-6);
}

static void
test_clipped_values (void)
{
  g_assert_cmpfloat (slopes_of (1, 0, 0.8, 1).value, ==, 0);
  g_assert_cmpfloat_with_epsilon (slopes_of (1, 0, 0.8, 1).sums.value, 0.125, 1e-6);
  g_assert_cmpfloat_with_epsilon (slopes_of (1, 0, 0.8, 0).value, 0.8, 1e-6);
  g_assert_cmpfloat_with_epsilon (slopes_of (1, 0, 0.4, 1).value, -0.6, 1e-6);
}

/* KL (old || new) as by hand. */
static void
test_approximate_kl (void)
{
  g_assert_cmpfloat_with_epsilon (slopes_of (1.5, 1, 0, 0).sums.approximate_kl, 0.5 - log (1.5),
                                  1e-6);
  g_assert_cmpfloat (slopes_of (1, 1, 0, 0).sums.approximate_kl, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ppo-parts/gae-is-its-definition", test_gae);
  g_test_add_func ("/ppo-parts/returns-of-lambda-1-are-sums-of-rewards", test_gae_returns);
  g_test_add_func ("/ppo-parts/leaving-one-out-is-unbiased", test_leave_one_out);
  g_test_add_func ("/ppo-parts/white-is-of-mean-0-and-deviation-1", test_whiten);
  g_test_add_func ("/ppo-parts/estimates-of-a-divergence-average-to-it", test_divergence);
  g_test_add_func ("/ppo-parts/divergences-are-means-over-answers", test_divergence_means);
  check_add ("ppo-parts/loss", losses, G_N_ELEMENTS (losses));
  g_test_add_func ("/ppo-parts/clipped-ratios-have-no-gradient", test_clipped);
  g_test_add_func ("/ppo-parts/clipped-values-have-no-gradient", test_clipped_values);
  g_test_add_func ("/ppo-parts/divergence-from-the-old-policy", test_approximate_kl);
  return g_test_run ();
}
