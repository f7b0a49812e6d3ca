/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/html.h"
#include <stdarg.h>
#include <string.h>

const char html_style[]
    = ":root{--ink:#1c1c1c;--soft:#5c5c5c;--ground:#fff;--line:#d5d5d5;--panel:#f6f6f4;--link:#"
      "004270}\n"
      "@media(prefers-color-scheme:dark){:root{--ink:#e8e6e3;--soft:#a5a29c;--ground:#17181a;--"
      "line:#3a3b3e;"
      "--panel:#212327;--link:#8db8da}}\n"
      "*{box-sizing:border-box}\n"
      "body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 "
      "system-ui,sans-serif}\n"
      "main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 4rem}\n"
      "h1{font-size:1.7rem;line-height:1.2;margin:.2em 0}h2{font-size:1.25rem;margin:2.2em 0 "
      ".6em}\n"
      "a{color:var(--link)}.soft{color:var(--soft)}.small{font-size:.86rem}\n"
      "table{border-collapse:collapse;width:100%;font-size:.92rem}\n"
      "caption{text-align:left;color:var(--soft);padding:.3em 0}\n"
      "th,td{text-align:left;vertical-align:top;padding:.5em .6em;border-bottom:1px solid "
      "var(--line);"
      "overflow-wrap:break-word}\n"
      "td{overflow-wrap:anywhere}table.stack "
      "td:nth-child(3){overflow-wrap:break-word;min-width:5em}\n"
      "thead th{border-bottom:2px solid var(--ink)}tbody th{font-weight:600}\n"
      ".number{white-space:nowrap;font-variant-numeric:tabular-nums}\n"
      ".verdict{display:inline-block;white-space:nowrap;padding:.1em .55em;border-radius:1em;"
      "border:1px solid currentColor;font-weight:600;font-size:.86rem}\n"
      ".reproduced{color:#fff;background:#0b6b50;border-color:#0b6b50}"
      ".contradicted{color:#fff;background:#ac2b01;border-color:#ac2b01}\n"
      ".inconclusive{color:#1c1c1c;background:#f3d3b0;border-color:#c97839}\n"
      "figure{margin:1.4em 0}figure .card{background:#fff;border:1px solid "
      "var(--line);border-radius:6px;"
      "padding:.4rem;overflow-x:auto}\n"
      "figure svg{display:block;margin:0 auto;max-width:100%;height:auto}\n"
      "figcaption{color:var(--soft);font-size:.88rem;padding:.4em .1em}figcaption "
      "strong{color:var(--ink)}\n"
      "pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.7rem;"
      "overflow-x:auto;font-size:.85rem}\n"
      "details{margin:.3em 0}summary{cursor:pointer;color:var(--soft)}\n"
      "ul{margin:.3em 0;padding-left:1.2em}\n"
      "@media(max-width:44rem){table.stack thead{position:absolute;left:-9999px}"
      "table.stack tr{display:block;border-bottom:2px solid var(--line);padding:.5em 0}"
      "table.stack th,table.stack td{display:block;border:0;padding:.15em .2em}"
      "table.stack td[data-label]::before{content:attr(data-label) \": \";color:var(--soft)}}\n"
      "@media "
      "print{body{font-size:11pt}figure,tr{break-inside:avoid}details[open]{display:block}}\n";

void
html_text (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);

  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      switch (c)
        {
        case '&':
          g_string_append (out, "&amp;");
          break;
        case '<':
          g_string_append (out, "&lt;");
          break;
        case '>':
          g_string_append (out, "&gt;");
          break;
        case '"':
          g_string_append (out, "&quot;");
          break;
        case '\'':
          g_string_append (out, "&#39;");
          break;
        default:
          /* Also the marks that would turn the text around them, and what XML forbids. */
          if (c == '\n' || c == '\t'
              || !(g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e)
                   || (c >= 0x2066 && c <= 0x2069) || (c & 0xfffe) == 0xfffe))
            g_string_append_unichar (out, c);
          else
            g_string_append_c (out, ' ');
        }
    }
}

void
html_printf (GString *out, const char *markup, ...)
{
  va_list texts;
  const char *place;

  va_start (texts, markup);
  for (; (place = strstr (markup, "%s")); markup = place + 2)
    {
      g_string_append_len (out, markup, place - markup);
      html_text (out, va_arg (texts, const char *));
    }
  va_end (texts);
  g_string_append (out, markup);
}

void
html_row (GString *out, const char *name, const char *value)
{
  html_printf (out, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", name, value);
}
