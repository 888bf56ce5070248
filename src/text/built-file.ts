/**
 * Where a file of the built program lies. The program's own modules are put together into few files when it is built, so none of them can know
 * from where it lies itself.
 */

const BUILT = '/dist/';

/** The file at `path` in the folder of all that is built. */
export function builtFile(path: string): URL {
  const here = import.meta.url;
  return new URL(path, here.slice(0, here.lastIndexOf(BUILT) + BUILT.length));
}
