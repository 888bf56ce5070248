/**
 * Pages of reports: the data of one, from its file, from records, or from a whole capture in one thread; and its columns as numbers.
 */
import { gunzipSync } from 'node:zlib';
import type { RecordKind } from '../../src/analysis/events.js';
import { ANALYSIS_DEFAULTS, type AnalysisOptions } from '../../src/analysis/options.js';
import { MIRUO_DEFAULTS, type MiruoOptions } from '../../src/miruo/options.js';
import type { Packed, PageData } from '../../src/page/page-data.js';
import type { PageOptions } from '../../src/page/page-options.js';
import { PageRenderer } from '../../src/page/page-renderer.js';
import { addPageSummaries, type RunClosing } from '../../src/records/run-closing.js';
import { runSingleThread, type SingleThreadResult } from './single-thread.js';

export const PAGE_OPTIONS: PageOptions = {
  program: 'tcploom test',
  zone: 'UTC',
  isAnonymized: false,
  mostBytes: 20 << 20,
};

export const NO_CLOSING: RunClosing = {
  ...{ packets: 0, bytes: 0, damaged: 0, problems: [], isCutShort: false },
  ...{ handshakes: [], miruo: undefined, series: undefined, withoutSegments: 0 },
};

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, i32: Int32Array, f64: Float64Array } as const;

/** A column's numbers. */
export function unpacked({ packed, length, base64 }: Packed): number[] {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const values = Array.from(new ARRAYS[packed](bytes.buffer));
  if (values.length !== length) throw new Error(`${values.length} values, not ${length}`);
  return values;
}

/** The data in a file that is a page. */
export function dataOfPage(html: string): PageData {
  const packed = /<script type="application\/octet-stream" id="data">([^<]*)<\/script>/.exec(html);
  if (packed === null) throw new Error('not a page');
  return JSON.parse(gunzipSync(Buffer.from(packed[1], 'base64')).toString()) as PageData;
}

/** A renderer that only takes what is given to it, and the data of its last page, as they are in the file. */
export class PageProbe {
  readonly renderer: PageRenderer;
  #json = '';

  constructor(options: Partial<PageOptions> = {}) {
    this.renderer = new PageRenderer({ ...PAGE_OPTIONS, ...options }, (data) => {
      this.#json = JSON.stringify(data);
      return new TextEncoder().encode(this.#json);
    });
  }

  end(closing: RunClosing | undefined = NO_CLOSING): PageData {
    this.renderer.end(closing);
    return JSON.parse(this.#json) as PageData;
  }

  get bytes(): number {
    return this.renderer.take().length;
  }
}

export interface PageOfCapture extends SingleThreadResult {
  readonly page: PageData;
}

/** The page of a capture's bytes, beside what else a run over it gives. */
export function pageOfCapture(
  file: Uint8Array,
  trackers = 1,
  options: Partial<AnalysisOptions> = {},
  miruo: MiruoOptions = MIRUO_DEFAULTS,
  blockBytes = 1 << 20,
): PageOfCapture {
  const analysis = { ...ANALYSIS_DEFAULTS, page: true, ...options };
  const result = runSingleThread(file, miruo, { trackers, blockBytes, analysis });
  const probe = new PageProbe();
  probe.renderer.name(1, 'capture');
  for (const { kind, fields, text } of result.records) {
    probe.renderer.add(Float64Array.from(fields), Buffer.from(text, 'latin1'), kind as RecordKind);
  }
  return { ...result, page: probe.end({ ...NO_CLOSING, ...addPageSummaries(result.pages) }) };
}
