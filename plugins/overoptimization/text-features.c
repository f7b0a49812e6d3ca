/* SPDX-License-Identifier: Apache-2.0 */
#include "text-features.h"

#include <string.h>

const char *const text_feature_ids[TEXT_FEATURES]
    = { "length", "lines", "bullets", "digits", "questions", "exclamations", "refusals" };

/* Apostrophes are written ' here and may be typographic in a text. */
static const char *const refusals[] = {
  "i can't",          "i cannot",
  "i can not",        "i won't",
  "i'm sorry",        "i am sorry",
  "i'm not able",     "i am not able",
  "i'm not going to", "i don't think i should",
  "not appropriate",  "i'd rather not",
};

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

static char
lower (char c)
{
  return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* Bytes of an apostrophe at @at, 0: there is none. */
static size_t
apostrophe (const char *at, const char *end)
{
  if (*at == '\'')
    return 1;
  return end - at >= 3 && memcmp (at, "\xe2\x80\x99", 3) == 0 ? 3 : 0;
}

static bool
stands_here (const char *at, const char *end, const char *phrase)
{
  for (; *phrase != '\0'; phrase++)
    {
      size_t n
          = at < end && *phrase == '\'' ? apostrophe (at, end) : at < end && lower (*at) == *phrase;

      if (n == 0)
        return false;
      at += n;
    }
  return true;
}

static bool
is_bullet (AssayText line)
{
  const char *at = line.bytes, *end = at + line.length;

  if (at < end && (*at == '-' || *at == '*'))
    return true;
  if (end - at >= 3 && memcmp (at, "\xe2\x80\xa2", 3) == 0)
    return true;
  while (at < end && is_digit (*at))
    at++;
  return at > line.bytes && at < end && (*at == '.' || *at == ')');
}

static void
count_lines (AssayText text, float *features)
{
  AssayText line;

  for (size_t at = 0; assay_text_line (text, &at, &line);)
    {
      while (line.length > 0 && (*line.bytes == ' ' || *line.bytes == '\t'))
        line = (AssayText){ line.bytes + 1, line.length - 1 };
      features[TEXT_LINES] += line.length > 0;
      features[TEXT_BULLETS] += is_bullet (line);
    }
}

static float
count_refusals (const char *at, const char *end)
{
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
    if (stands_here (at, end, refusals[i]))
      return 1;
  return 0;
}

void
text_features (AssayText text, float features[TEXT_FEATURES])
{
  const char *end = text.bytes + text.length;

  memset (features, 0, TEXT_FEATURES * sizeof *features);
  features[TEXT_LENGTH] = (float) text.length;
  count_lines (text, features);
  for (const char *at = text.bytes; at < end; at++)
    {
      features[TEXT_DIGITS] += is_digit (*at) && (at + 1 == end || !is_digit (at[1]));
      features[TEXT_QUESTIONS] += *at == '?';
      features[TEXT_EXCLAMATIONS] += *at == '!';
      features[TEXT_REFUSALS] += count_refusals (at, end);
    }
}
