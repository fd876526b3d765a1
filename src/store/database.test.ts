import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import { silentLog } from '../lib/log.ts';
import { type Database, openDatabase, statement } from './database.ts';

let place: TestDatabase;
let database: Database;

beforeAll(async () => {
  place = await createTestDatabase();
  database = openDatabase({ url: place.url, maxConnections: 2, namedStatements: true, log: silentLog() });
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

describe('a statement', () => {
  test('that has to read a whole table is not compiled first', async () => {
    const explain = statement('whole_table', 'EXPLAIN (ANALYZE) SELECT min(words) FROM suppressions');
    const plan = await database.query<{ 'QUERY PLAN': string }>(explain, []);
    const lines = plan.map((row) => row['QUERY PLAN']);
    expect(lines.join('\n')).toContain('suppressions');
    expect(lines.filter((line) => line.includes('JIT'))).toEqual([]);
  });

  test('tells instants as epoch milliseconds, whatever zone the session has', async () => {
    const read = statement('instants', 'SELECT $1::timestamptz AS at');
    for (const zone of ['UTC', 'America/St_Johns', 'Asia/Kathmandu']) {
      for (const instant of [
        '2026-11-23T20:33:33.123Z',
        '1850-06-01T12:00:00.001Z',
        '0001-01-01T00:00:00.000Z',
      ]) {
        const [row] = await database.transaction(async (tx) => {
          await tx.query(statement(`zone_${zone}`, `SET LOCAL timezone = '${zone}'`), []);
          return tx.query<{ at: number }>(read, [instant]);
        });
        expect(row?.at, zone).toBe(Date.parse(instant));
      }
    }
  });
});

describe('a statement of its own', () => {
  /** Fails as the loser of a conflict for as long as `times` says; a sequence counts on through what is undone. */
  const losing = async (name: string, sqlState: string, times: number) => {
    await database.query(statement('', `CREATE SEQUENCE ${name}`), []);
    await database.query(
      statement(
        '',
        `CREATE FUNCTION ${name}_once() RETURNS bigint LANGUAGE plpgsql AS $$
         DECLARE tries bigint := nextval('${name}');
         BEGIN
           IF tries <= ${times} THEN RAISE EXCEPTION 'lost' USING ERRCODE = '${sqlState}'; END IF;
           RETURN tries;
         END $$`,
      ),
      [],
    );
    return statement(name, `SELECT ${name}_once() AS tries`);
  };

  test.each([
    ['deadlock', '40P01'],
    ['serialisation', '40001'],
  ])(
    'that lost a %s conflict runs again, and so does one that may no longer be wanted',
    async (name, sqlState) => {
      const plain = await losing(`plain_${name}`, sqlState, 2);
      expect(await database.query(plain, [])).toEqual([{ tries: 3 }]);
      const asked = await losing(`asked_${name}`, sqlState, 1);
      let questions = 0;
      const wanted = () => {
        questions += 1;
        return true;
      };
      expect(await database.queryIf(wanted, asked, [])).toEqual([{ tries: 2 }]);
      expect(questions).toBe(2);
    },
  );

  test('that failed for any other reason does not, and one that keeps losing gives up', async () => {
    const broken = await losing('broken', '23514', 1);
    await expect(database.query(broken, [])).rejects.toMatchObject({ code: '23514' });
    const hopeless = await losing('hopeless', '40P01', 1000);
    await expect(database.query(hopeless, [])).rejects.toMatchObject({ code: '40P01' });
  });
});

describe('a transaction', () => {
  test('that fails leaves nothing behind, and its connection is good for the next', async () => {
    const insert = statement(
      'insert_device',
      `INSERT INTO devices (workspace_id, id, gap_ms) VALUES ('org_1', 'one', 0)`,
    );
    const count = statement('count_devices', `SELECT count(*) AS devices FROM devices`);
    const failing = database.transaction(async (tx) => {
      await tx.query(insert, []);
      await tx.query(insert, []);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await database.query(count, [])).toEqual([{ devices: 0 }]);
  });

  test('that lost a deadlock begins again, and both are stored', async () => {
    const lock = (key: number) => statement(`lock_${key}`, `SELECT pg_advisory_xact_lock(${key})`);
    const met = Promise.withResolvers<void>();
    let begun = 0;
    const inOrder = (first: number, second: number) =>
      database.transaction(async (tx) => {
        await tx.query(lock(first), []);
        begun += 1;
        if (begun === 2) met.resolve();
        await met.promise;
        await tx.query(lock(second), []);
        return first;
      });
    expect(await Promise.all([inOrder(1, 2), inOrder(2, 1)])).toEqual([1, 2]);
    expect(begun).toBe(3);
  });
});

describe('a statement that may no longer be wanted', () => {
  test('is asked for in the instant before it leaves', async () => {
    const one = statement('one', 'SELECT 1 AS one');
    expect(await database.queryIf(() => false, one, [])).toBeNull();
    expect(await database.queryIf(() => true, one, [])).toEqual([{ one: 1 }]);
  });
});
