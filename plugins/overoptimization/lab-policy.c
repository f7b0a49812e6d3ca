/* SPDX-License-Identifier: Apache-2.0 */
#include "lab-parts.h"

#include "learn/text/fine-tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096 /* answers between two questions whether to go on */

/* Of the policy; dossier of the study, section 4.2. */
static const AssayTrainingOptions fine_tuning
    = { .epochs = 3,
        .batch = 32,
        .optimizer = { ASSAY_ADAMW, 2e-3, 0.9, 0.95, 1e-8, 0.01, 1 },
        .schedule = ASSAY_SCHEDULE_COSINE,
        .warm_up = 20,
        .floor = 0.1 };

static uint64_t
count_words (const AssaySequences *sequences)
{
  uint64_t words = 0;

  for (uint32_t i = 0; i < sequences->n; i++)
    words += sequences->lengths[i] - sequences->prompts[i];
  return words;
}

/* ---- Fine-tuning -------------------------------------------------------------------------- */

AssaySequences *
lab_demonstrations (AssayRun *run, const Lab *lab)
{
  const Task *task = lab->task;
  uint32_t n = lab->setup->demonstrations, n_prompts = task->n_prompts[TASK_TRAIN];
  AssaySequences *rows = assay_sequences_new (n, task_steps (task));
  AssayStream stream;

  assay_stream (run, "demonstrations", &stream);
  for (uint32_t i = 0; i < n; i++)
    {
      task_prompt (task, TASK_TRAIN, i % n_prompts, rows, i);
      task_demonstration (task, &stream, rows, i);
    }
  return rows;
}

/* False: cancelled. */
static bool
go (AssayRun *run, const Lab *lab, AssayTraining *training)
{
  AssayTrainingStep step;

  while (assay_training_step (training, &step))
    {
      lab_progress (lab, run, (double) step.step / (double) step.steps, "initial policy");
      if (assay_cancelled (run))
        return false;
    }
  return true;
}

bool
lab_build_policy (AssayRun *run, const Lab *lab, const AssayGptConfig *config, const char *path)
{
  AssaySequences *rows = lab_demonstrations (run, lab);
  LabPolicy policy = lab_policy_new (config);
  LabCost cost = { .words = (double) count_words (rows) * fine_tuning.epochs };
  AssayTraining *training;
  AssayStream stream;
  bool ok;

  assay_stream (run, "policy", &stream);
  assay_params_init (policy.params, &stream);
  training = assay_fine_tuning_new (policy.params, policy.gpt, rows, ASSAY_TARGETS_ANSWERS,
                                    &fine_tuning, &stream, NULL);
  cost.seconds = -lab_seconds ();
  ok = go (run, lab, training);
  cost.seconds += lab_seconds ();
  if (ok)
    {
      LabArray arrays[] = { { "values", ASSAY_F32, policy.params->size, policy.params->values },
                            { "cost", ASSAY_F64, 2, &cost } };

      ok = lab_keep (run, path, arrays, 2);
    }
  assay_training_free (training);
  lab_policy_clear (&policy);
  assay_sequences_free (rows);
  return ok;
}

bool
lab_policy_cost (AssayRun *run, const Lab *lab, LabCost *cost)
{
  LabArray array = { "cost", ASSAY_F64, 2, NULL };
  AssayTensors *file = lab_open (run, lab->policy_path, &array, 1);

  if (file)
    memcpy (cost, array.data, sizeof *cost);
  assay_tensors_free (file);
  return file != NULL;
}

/* ---- What it writes ----------------------------------------------------------------------- */

/* Something that writes with the weights of a policy's stage. */
typedef struct Writer
{
  LabPolicy policy;
  AssayTensors *file;
  const float *values;
  AssaySampler *sampler;
} Writer;

static bool
writer_open (Writer *writer, AssayRun *run, const AssayGptConfig *config, const char *path)
{
  LabArray values = { "values", ASSAY_F32, 0, NULL };

  writer->policy = lab_policy_new (config);
  values.n = writer->policy.params->size;
  writer->file = lab_open (run, path, &values, 1);
  writer->sampler = NULL;
  if (!writer->file)
    return false;
  writer->values = values.data;
  writer->sampler = assay_sampler_new (writer->policy.gpt, NULL);
  return true;
}

static void
writer_close (Writer *writer)
{
  if (writer->sampler)
    assay_sampler_free (writer->sampler);
  assay_tensors_free (writer->file);
  lab_policy_clear (&writer->policy);
}

/* Rows @first.. of @rows as sequences of their own. */
static AssaySequences
part_of (const AssaySequences *rows, uint32_t first, uint32_t n)
{
  return (AssaySequences){ .n = n,
                           .steps = rows->steps,
                           .ids = rows->ids + (size_t) first * rows->steps,
                           .prompts = rows->prompts + first,
                           .lengths = rows->lengths + first };
}

/* Answers behind the prompts of all rows; row i's from the stream "@name.i".  log_probs
 * [n][steps], or NULL.  False: the run has ended. */
static bool
write_answers (AssayRun *run, const Lab *lab, Writer *writer, const char *name,
               AssaySequences *rows, float *log_probs)
{
  const AssaySampling sampling = { .temperature = 1, .end = TASK_END };

  for (uint32_t first = 0; first < rows->n; first += CHUNK)
    {
      uint32_t n = rows->n - first < CHUNK ? rows->n - first : CHUNK;
      AssaySequences part = part_of (rows, first, n);
      AssayStream *streams = lab_streams (run->seed, name, first, n);

      if (!streams)
        return lab_no_memory (run);
      assay_answer (writer->sampler, writer->values, &sampling, &part, streams,
                    log_probs ? log_probs + (size_t) first * rows->steps : NULL);
      free (streams);
      lab_progress (lab, run, (double) (first + n) / rows->n, name);
      if (assay_cancelled (run))
        return false;
    }
  return true;
}

/* ---- Pairs -------------------------------------------------------------------------------- */

/* The better of two neighbouring rows by gold into row @i of @chosen, the other into @rejected. */
static void
put_in_order (const Task *task, const AssaySequences *rows, uint32_t i, AssaySequences *chosen,
              AssaySequences *rejected)
{
  uint32_t a = 2 * i, b = 2 * i + 1;
  double gold_a = task_gold (task, assay_sequence (rows, a), rows->prompts[a], rows->lengths[a]);
  double gold_b = task_gold (task, assay_sequence (rows, b), rows->prompts[b], rows->lengths[b]);
  uint32_t better = gold_b > gold_a ? b : a, worse = gold_b > gold_a ? a : b;

  assay_sequences_set (chosen, i, assay_sequence (rows, better), rows->prompts[better],
                       rows->lengths[better]);
  assay_sequences_set (rejected, i, assay_sequence (rows, worse), rows->prompts[worse],
                       rows->lengths[worse]);
}

/* The same prompt of training, drawn from @stream, in @n rows from @row on. */
static void
repeat_prompt (const Task *task, AssayStream *stream, AssaySequences *rows, uint32_t row,
               uint32_t n)
{
  uint32_t prompt = assay_below (stream, task->n_prompts[TASK_TRAIN]);

  for (uint32_t i = 0; i < n; i++)
    task_prompt (task, TASK_TRAIN, prompt, rows, row + i);
}

bool
lab_build_pairs (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;
  uint32_t n = lab->setup->pairs + LAB_VALIDATION, steps = task_steps (lab->task);
  AssaySequences *rows = assay_sequences_new (2 * n, steps),
                 *chosen = assay_sequences_new (n, steps),
                 *rejected = assay_sequences_new (n, steps);
  LabArray arrays[] = { LAB_SEQUENCES ("chosen.", chosen), LAB_SEQUENCES ("rejected.", rejected) };
  AssayStream stream;
  Writer writer;
  bool ok;

  assay_stream (run, "prompts-of-pairs", &stream);
  for (uint32_t i = 0; i < n; i++)
    repeat_prompt (lab->task, &stream, rows, 2 * i, 2);
  ok = writer_open (&writer, run, &lab->first, lab->first_path)
       && write_answers (run, lab, &writer, "pairs", rows, NULL);
  for (uint32_t i = 0; ok && i < n; i++)
    put_in_order (lab->task, rows, i, chosen, rejected);
  ok = ok && lab_keep (run, path, arrays, 2 * LAB_N_SEQUENCES);
  writer_close (&writer);
  assay_sequences_free (rows);
  assay_sequences_free (chosen);
  assay_sequences_free (rejected);
  return ok;
}

bool
lab_write_sample (AssayRun *run, const Lab *lab, AssaySequences *rows)
{
  AssayStream stream;
  Writer writer;
  bool ok;

  assay_stream (run, "prompts-of-scale", &stream);
  for (uint32_t i = 0; i < rows->n; i++)
    repeat_prompt (lab->task, &stream, rows, i, 1);
  ok = writer_open (&writer, run, &lab->policy, lab->policy_path)
       && write_answers (run, lab, &writer, "scale", rows, NULL);
  writer_close (&writer);
  return ok;
}

/* ---- Answers ------------------------------------------------------------------------------ */

static void
set_prompts (const Lab *lab, AssaySequences *rows)
{
  uint32_t row = 0;

  for (uint32_t split = TASK_PEAK; split <= TASK_MEASURE; split++)
    for (uint32_t p = 0; p < lab->task->n_prompts[split]; p++)
      for (uint32_t i = 0; i < lab->setup->answers; i++)
        task_prompt (lab->task, split, p, rows, row++);
}

static void
read_gold (const Task *task, const AssaySequences *rows, double *gold, float *parts)
{
  double terms[TASK_TERMS];

  for (uint32_t i = 0; i < rows->n; i++)
    {
      gold[i] = 0;
      task_parts (task, assay_sequence (rows, i), rows->prompts[i], rows->lengths[i], terms);
      for (uint32_t t = 0; t < TASK_TERMS; t++)
        {
          gold[i] += terms[t];
          parts[(size_t) i * TASK_TERMS + t] = (float) terms[t];
        }
    }
}

static void
measure_guards (const Lab *lab, const AssaySequences *rows, const float *log_probs,
                double guards[2])
{
  uint32_t per_prompt = lab->setup->answers;
  TaskGuard entropy = task_guard_entropy (rows, log_probs, per_prompt, per_prompt);

  guards[0] = entropy.value / entropy.threshold;
  guards[1] = task_guard_duplicates (rows, per_prompt).value;
}

static bool
keep_answers (AssayRun *run, const Lab *lab, const char *path, AssaySequences *rows,
              const float *log_probs, LabCost cost)
{
  double *gold = malloc (rows->n * sizeof *gold), guards[2];
  float *parts = malloc (rows->n * sizeof *parts * TASK_TERMS);
  LabArray arrays[] = { LAB_SEQUENCES ("", rows),
                        { "gold", ASSAY_F64, rows->n, gold },
                        { "parts", ASSAY_F32, (uint64_t) rows->n * TASK_TERMS, parts },
                        { "guards", ASSAY_F64, 2, guards },
                        { "cost", ASSAY_F64, 2, &cost } };
  bool ok = gold && parts;

  if (!ok)
    lab_no_memory (run);
  else
    {
      read_gold (lab->task, rows, gold, parts);
      measure_guards (lab, rows, log_probs, guards);
      cost.words = (double) count_words (rows);
      ok = lab_keep (run, path, arrays, LAB_N_SEQUENCES + 4);
    }
  free (gold);
  free (parts);
  return ok;
}

bool
lab_build_answers (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;
  uint32_t n = lab->task->options.evaluation_prompts * lab->setup->answers;
  AssaySequences *rows = assay_sequences_new (n, task_steps (lab->task));
  float *log_probs = malloc ((size_t) n * rows->steps * sizeof *log_probs);
  LabCost cost = { 0 };
  Writer writer;
  bool ok;

  set_prompts (lab, rows);
  ok = writer_open (&writer, run, &lab->policy, lab->policy_path);
  if (ok && !log_probs)
    ok = lab_no_memory (run);
  cost.seconds = -lab_seconds ();
  ok = ok && write_answers (run, lab, &writer, "answers", rows, log_probs);
  cost.seconds += lab_seconds ();
  ok = ok && keep_answers (run, lab, path, rows, log_probs, cost);
  writer_close (&writer);
  free (log_probs);
  assay_sequences_free (rows);
  return ok;
}

bool
lab_answers_open (AssayRun *run, const Lab *lab, LabAnswers *answers)
{
  uint64_t n = (uint64_t) lab->task->options.evaluation_prompts * lab->setup->answers;
  LabArray arrays[] = {
    { "ids", ASSAY_I32, n * task_steps (lab->task), NULL },
    { "prompts", ASSAY_U32, n, NULL },
    { "lengths", ASSAY_U32, n, NULL },
    { "gold", ASSAY_F64, n, NULL },
    { "parts", ASSAY_F32, n * TASK_TERMS, NULL },
    { "guards", ASSAY_F64, 2, NULL },
    { "cost", ASSAY_F64, 2, NULL },
  };
  AssayTensors *file = lab_open (run, lab->answers_path, arrays, LAB_N_SEQUENCES + 4);

  if (!file)
    return false;
  *answers = (LabAnswers){ .file = file,
                           .rows = lab_sequences (arrays),
                           .gold = arrays[3].data,
                           .parts = arrays[4].data,
                           .guards = arrays[5].data };
  memcpy (&answers->cost, arrays[6].data, sizeof answers->cost);
  return true;
}

void
lab_answers_close (LabAnswers *answers)
{
  assay_sequences_free (answers->rows);
  assay_tensors_free (answers->file);
}
