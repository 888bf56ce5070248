/** A reporter for node's test runner: only what failed, so that it can be read at the end of a long report. */
// biome-ignore lint/style/noDefaultExport: node's test runner asks a reporter for it.
export default async function* failedTests(source) {
  for await (const event of source) {
    if (event.type !== 'test:fail') continue;
    const { name, file, line, details } = event.data;
    const error = details?.error;
    // A suite fails with its tests, which are told by themselves.
    if (error?.failureType === 'subtestsFailed') continue;
    const text = String(error?.cause?.message ?? error?.message ?? '');
    yield `failed: ${name} (${file}:${line})\n${text.slice(0, 2000).replace(/^/gm, '    ')}\n`;
  }
}
