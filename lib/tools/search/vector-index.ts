import { UserError } from "../../base/index.ts";
import type { Hit, Search } from "./passage-index.ts";
import type { Passage } from "./passage.ts";

/** Texts to vectors of one length, not all zero; one for each text. */
export type Embed = (texts: readonly string[], signal?: AbortSignal) => Promise<readonly (readonly number[])[]>;

/** What we use of the packages `@lancedb/lancedb` and `apache-arrow`, which are not installed with Waymark. */
export interface LanceModules {
  readonly lancedb: { connect(folder: string): Promise<LanceConnection> };
  readonly arrow: Readonly<Record<"Schema" | "Field" | "FixedSizeList" | "Int32" | "Int8" | "Uint8", new (...values: unknown[]) => unknown>>; // prettier-ignore
}
interface LanceConnection {
  createTable(name: string, rows: unknown[], options: { schema: unknown; mode: "overwrite" }): Promise<LanceTable>;
}
interface LanceTable {
  add(rows: unknown[]): Promise<unknown>;
  query(): { nearestTo(vector: readonly number[]): LanceQuery };
}
interface LanceQuery {
  column(name: string): LanceQuery;
  distanceType(type: "hamming"): LanceQuery;
  limit(count: number): LanceQuery;
  toArray(): Promise<{ id: number; codes: Iterable<number> }[]>;
}

/** Candidates by bits for each passage wanted, rescored by bytes. */
const OVERSAMPLING = 4;
const BATCH = 256;

/**
 * Finds passages by meaning: vectors lie in LanceDB as one bit and one byte a dimension; the nearest by Hamming distance
 * are put in order by the query's full vector times the bytes.
 */
export class VectorIndex implements Search {
  readonly #passages: readonly Passage[];
  readonly #table: LanceTable;
  readonly #embed: Embed;

  private constructor(passages: readonly Passage[], table: LanceTable, embed: Embed) {
    this.#passages = passages;
    this.#table = table;
    this.#embed = embed;
  }

  /** Embeds all passages and writes the table `passages` in `folder`. Throws `UserError` where LanceDB is not installed. */
  static async build(
    passages: readonly Passage[],
    embed: Embed,
    folder: string,
    load = loadLance,
  ): Promise<VectorIndex> {
    if (passages.length === 0) throw new UserError("a vector index needs passages");
    const { lancedb, arrow } = await load();
    const connection = await lancedb.connect(folder);
    let table: LanceTable | undefined;
    for (let start = 0; start < passages.length; start += BATCH) {
      const batch = passages.slice(start, start + BATCH);
      const vectors = await embed(batch.map(({ title, text }) => `${title}\n${text}`));
      const rows = vectors.map((vector, i) => ({ id: start + i, bits: bitsOf(vector), codes: bytesOf(vector) }));
      if (rows.length !== batch.length) throw new UserError(`the embedding gave ${rows.length} vectors for ${batch.length} texts`); // prettier-ignore
      if (table) await table.add(rows);
      else {
        const list = (length: number, type: unknown): unknown => new arrow.FixedSizeList(length, new arrow.Field("item", type, true)); // prettier-ignore
        const schema = new arrow.Schema([
          new arrow.Field("id", new arrow.Int32()),
          new arrow.Field("bits", list(rows[0].bits.length, new arrow.Uint8())),
          new arrow.Field("codes", list(rows[0].codes.length, new arrow.Int8())),
        ]);
        table = await connection.createTable("passages", rows, { schema, mode: "overwrite" });
      }
    }
    return new VectorIndex(passages, table as LanceTable, embed);
  }

  async search(query: string, count: number, signal?: AbortSignal): Promise<readonly Hit[]> {
    const [vector] = await this.#embed([query], signal);
    const near = this.#table.query().nearestTo(bitsOf(vector)).column("bits").distanceType("hamming");
    const candidates = await near.limit(count * OVERSAMPLING).toArray();
    const hits = candidates.map(({ id, codes }) => ({ id, score: cosine(vector, [...codes]) }));
    hits.sort((a, b) => b.score - a.score || a.id - b.id);
    return hits.slice(0, count).map(({ id, score }) => ({ passage: this.#passages[id], score }));
  }
}

async function loadLance(): Promise<LanceModules> {
  // Names in variables: the packages are no dependency, so neither compiler nor bundler may look for them.
  const names = ["@lancedb/lancedb", "apache-arrow"];
  try {
    const [lancedb, arrow] = (await Promise.all(names.map((name) => import(name)))) as unknown[];
    return { lancedb, arrow } as LanceModules;
  } catch (error) {
    throw new UserError(
      `search by vectors needs LanceDB: npm install --no-save ${names.join(" ")} (${(error as Error).message.split("\n")[0]})`,
    );
  }
}

/** The signs, eight to a byte. */
function bitsOf(vector: readonly number[]): number[] {
  const bits = new Array<number>(Math.ceil(vector.length / 8)).fill(0);
  vector.forEach((value, i) => {
    if (value > 0) bits[i >> 3] |= 1 << (i & 7);
  });
  return bits;
}

/** Each value as a byte of its vector's largest; the scale does not matter to a cosine. */
function bytesOf(vector: readonly number[]): number[] {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return vector.map((value) => Math.round((value / largest) * 127));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    lengthA += a[i] * a[i];
    lengthB += b[i] * b[i];
  }
  return product / (Math.sqrt(lengthA * lengthB) || 1);
}
