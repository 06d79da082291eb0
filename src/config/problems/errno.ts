// Why a file cannot be read, in words: an administrator need not know errno(3).

const ERRNO: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ELOOP: 'too many symbolic links',
  ENXIO: 'a socket, or a device that is not there',
  EIO: 'input/output error',
};

export function errnoWords(failure: string): string {
  const words = ERRNO[failure];
  return words === undefined ? failure : `${failure} (${words})`;
}
