// Where net namespaces can be made ahead.
import { existsSync } from 'node:fs';

/** `/proc/sys` shows it to the host’s own network alone; elsewhere it cannot be told what a new one would be like, and there are no
 *  spare ones. */
export const IS_HOSTS_OWN_NETWORK = existsSync('/proc/sys/net/core/devconf_inherit_init_net');
