/* SPDX-License-Identifier: Apache-2.0
 *
 * Words one can read: a topic's begin alike ("ba", "de"), those of no topic with "a", rare ones
 * with "zo".
 */
#include "task.h"

#include <stdio.h>
#include <string.h>

static const char topic_syllables[16][3] = {
  "ba", "de", "fi", "go", "hu", "ja", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa",
};
static const char syllables[16][3] = {
  "ra", "ne", "mi", "lo", "tu", "ka", "se", "di", "bo", "gu", "na", "pe", "ri", "so", "lu", "ta",
};

/* The number in base 16, its digits spelled as syllables. */
static void
spell (char word[TASK_WORD_SIZE], const char *beginning, uint32_t number)
{
  size_t at = strlen (beginning);

  memcpy (word, beginning, at);
  do
    {
      memcpy (word + at, syllables[number % 16], 2);
      at += 2;
      number /= 16;
    }
  while (number > 0);
  word[at] = 0;
}

void
task_name_words (Task *task)
{
  uint32_t topical = TASK_FIRST_WORD + task->linking_words;

  strcpy (task->words[TASK_END], ".");
  strcpy (task->words[TASK_ASK], "?");
  strcpy (task->words[TASK_MARKER], "!");
  for (uint32_t i = TASK_FIRST_WORD; i < task->options.vocabulary; i++)
    {
      int32_t topic = task_topic (task, (int32_t) i);

      if (topic >= 0)
        spell (task->words[i], topic_syllables[topic], (i - topical) % task->topic_words);
      else if (i < topical)
        spell (task->words[i], "a", i - TASK_FIRST_WORD);
      else
        spell (task->words[i], "zo", i - topical - task->options.topics * task->topic_words);
    }
}

size_t
task_text (const Task *task, const int32_t *ids, uint32_t from, uint32_t to, char *text,
           size_t size)
{
  size_t used = 0;

  if (size > 0)
    text[0] = 0;
  for (uint32_t i = from; i < to; i++)
    {
      bool known = ids[i] >= 0 && (uint32_t) ids[i] < task->options.vocabulary;
      int n = snprintf (used < size ? text + used : NULL, used < size ? size - used : 0, "%s%s",
                        i > from ? " " : "", known ? task->words[ids[i]] : "(unknown)");

      used += (size_t) n;
    }
  return used;
}
