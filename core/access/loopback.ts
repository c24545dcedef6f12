const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const LOOPBACK = new RegExp(`^(localhost|::1|(::ffff:)?127\\.${OCTET}\\.${OCTET}\\.${OCTET})$`, 'i');

/** Whether only this machine can reach `host`, without port, IPv6 with or without brackets. A name other than localhost may be anything. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.replace(/^\[(.*)\]$/, '$1'));
}
