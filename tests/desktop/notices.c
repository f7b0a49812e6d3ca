/* SPDX-License-Identifier: Apache-2.0 */
#include "notices.h"

static const char server[]
    = "<node><interface name='org.freedesktop.Notifications'>"
      "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
      "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/><arg type='i' "
      "direction='in'/><arg type='u' direction='out'/></method>"
      "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
      "</interface></node>";

static void
on_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer data)
{
  Notices *notices = data;
  GVariant *answer = NULL;

  if (g_str_equal (method, "Notify"))
    {
      g_free (notices->body);
      g_variant_get_child (arguments, 4, "s", &notices->body);
      answer = g_variant_new ("(u)", 1);
    }
  if (g_str_equal (method, "GetCapabilities"))
    answer = g_variant_new ("(as)", NULL);
  g_dbus_method_invocation_return_value (call, answer);
}

void
notices_serve (Notices *notices)
{
  static const GDBusInterfaceVTable calls = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (server, NULL);

  *notices = (Notices){ .bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL) };
  notices->object
      = g_dbus_connection_register_object (notices->bus, "/org/freedesktop/Notifications",
                                           info->interfaces[0], &calls, notices, NULL, NULL);
  notices->name = g_bus_own_name_on_connection (notices->bus, "org.freedesktop.Notifications", 0,
                                                NULL, NULL, NULL, NULL);
}

void
notices_end (Notices *notices)
{
  g_bus_unown_name (notices->name);
  g_dbus_connection_unregister_object (notices->bus, notices->object);
  g_object_unref (notices->bus);
  g_free (notices->body);
}
