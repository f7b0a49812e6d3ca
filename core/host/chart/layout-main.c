/* SPDX-License-Identifier: Apache-2.0
 *
 * assay-layout ENGINE SECONDS: the one program that links Graphviz.
 *
 * Reads "NODES EDGES" and then "FROM TO" for every edge, writes {"x": [...], "y": [...]}.
 * Whatever Graphviz does, only this process suffers.
 */
#include <graphviz/gvc.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY ((rlim_t) 4 << 30)

typedef struct Input
{
  unsigned n_nodes, n_edges;
  unsigned *from, *to;
} Input;

static void
fail (const char *why)
{
  fprintf (stderr, "%s\n", why);
  exit (1);
}

static Input
read_input (void)
{
  Input in;

  if (scanf ("%u %u", &in.n_nodes, &in.n_edges) != 2 || in.n_nodes > 10000000
      || in.n_edges > 100000000)
    fail ("the input is no graph");
  in.from = calloc (in.n_edges + 1, sizeof *in.from);
  in.to = calloc (in.n_edges + 1, sizeof *in.to);
  if (!in.from || !in.to)
    fail ("out of memory");
  for (unsigned i = 0; i < in.n_edges; i++)
    if (scanf ("%u %u", &in.from[i], &in.to[i]) != 2 || in.from[i] >= in.n_nodes
        || in.to[i] >= in.n_nodes)
      fail ("the input is no graph");
  return in;
}

static unsigned
find (unsigned *parent, unsigned i)
{
  while (parent[i] != i)
    i = parent[i] = parent[parent[i]];
  return i;
}

/* Joins the root to every node without a predecessor, and to the first node of each part that
 * has none, for a part is a circle then. */
static void
add_root (Agraph_t *g, Agnode_t **nodes, const Input *in)
{
  unsigned *parent = calloc (in->n_nodes + 1, sizeof *parent);
  char *entered = calloc (in->n_nodes + 1, 1), *held = calloc (in->n_nodes + 1, 1);
  Agnode_t *root = agnode (g, (char *) "root", 1);

  if (!parent || !entered || !held)
    fail ("out of memory");
  for (unsigned i = 0; i < in->n_nodes; i++)
    parent[i] = i;
  for (unsigned i = 0; i < in->n_edges; i++)
    if (in->from[i] != in->to[i])
      {
        entered[in->to[i]] = 1;
        parent[find (parent, in->from[i])] = find (parent, in->to[i]);
      }
  for (unsigned i = 0; i < in->n_nodes; i++)
    if (!entered[i])
      {
        held[find (parent, i)] = 1;
        agedge (g, root, nodes[i], NULL, 1);
      }
  for (unsigned i = 0; i < in->n_nodes; i++)
    if (!held[find (parent, i)])
      {
        held[find (parent, i)] = 1;
        agedge (g, root, nodes[i], NULL, 1);
      }
  free (parent);
  free (entered);
  free (held);
  agattr (g, AGRAPH, (char *) "root", (char *) "root");
}

static void
write_axis (const char *name, Agnode_t **nodes, unsigned n, int y)
{
  printf ("\"%s\": [", name);
  for (unsigned i = 0; i < n; i++)
    printf ("%s%.2f", i ? "," : "", y ? ND_coord (nodes[i]).y : ND_coord (nodes[i]).x);
  printf ("]");
}

int
main (int argc, char **argv)
{
  struct rlimit memory = { MEMORY, MEMORY }, core = { 0, 0 };
  Input in;
  GVC_t *gvc;
  Agraph_t *g;
  Agnode_t **nodes;

  if (argc != 3 || (strcmp (argv[1], "twopi") != 0 && strcmp (argv[1], "sfdp") != 0))
    fail ("usage: assay-layout twopi|sfdp SECONDS");
  alarm ((unsigned) atoi (argv[2]));
  if (!getenv ("ASAN_OPTIONS")) /* the sanitizer maps terabytes */
    setrlimit (RLIMIT_AS, &memory);
  setrlimit (RLIMIT_CORE, &core);
  in = read_input ();
  gvc = gvContext ();
  g = agopen ((char *) "g", Agstrictdirected, NULL);
  nodes = calloc (in.n_nodes + 1, sizeof (Agnode_t *));
  if (!gvc || !g || !nodes)
    fail ("out of memory");
  agattr (g, AGNODE, (char *) "shape", (char *) "point");
  agattr (g, AGNODE, (char *) "width", (char *) "0.05");
  agattr (g, AGNODE, (char *) "label", (char *) "");
  agattr (g, AGRAPH, (char *) "splines", (char *) "false");
  agattr (g, AGRAPH, (char *) "overlap", (char *) "true");
  agattr (g, AGRAPH, (char *) "start", (char *) "1");
  agattr (g, AGRAPH, (char *) "ranksep", (char *) "0.4");
  for (unsigned i = 0; i < in.n_nodes; i++)
    {
      char name[16];

      snprintf (name, sizeof name, "%u", i);
      nodes[i] = agnode (g, name, 1);
    }
  for (unsigned i = 0; i < in.n_edges; i++)
    if (in.from[i] != in.to[i])
      agedge (g, nodes[in.from[i]], nodes[in.to[i]], NULL, 1);
  if (strcmp (argv[1], "twopi") == 0)
    add_root (g, nodes, &in);
  if (gvLayout (gvc, g, argv[1]) != 0)
    fail ("Graphviz has no such layout: is its neato plugin installed?");
  printf ("{");
  write_axis ("x", nodes, in.n_nodes, 0);
  printf (", ");
  write_axis ("y", nodes, in.n_nodes, 1);
  printf ("}\n");
  if (fflush (stdout) != 0)
    fail ("cannot write the positions");
  /* Freeing a large graph takes Graphviz longer than laying it out. */
  _exit (0);
}
