// sd_notify(3) as programs without libsystemd do it, in a few lines that any Debian can run (perl-base).

const CONNECT =
  'socket(my $s, AF_UNIX, SOCK_DGRAM, 0); my $n = $ENV{NOTIFY_SOCKET}; $n =~ s/^@/\\0/; my $to = pack_sockaddr_un($n);';

/** A shell's words: Perl that has `say MESSAGE;` for $NOTIFY_SOCKET. */
export function perl(script: string): string {
  const send = 'sub say { send($s, $_[0], 0, $to) // warn "send: $!\\n" }';
  return `perl -MSocket -e '${CONNECT} ${send} ${script}'`;
}

/** Sends each of `messages`, which are Perl expressions. */
export function say(...messages: readonly string[]): string {
  return perl(messages.map((message) => `say ${message};`).join(' '));
}

/** The same, by somebody who is there long enough to be looked at: without a pid namespace the dead are not believed. */
export function sayAndStay(...messages: readonly string[]): string {
  return perl(`${messages.map((message) => `say ${message};`).join(' ')} select undef, undef, undef, 0.3`);
}
