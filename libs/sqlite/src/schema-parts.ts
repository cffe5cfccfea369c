import type { SqliteDatabase } from './client.js';

/** A part of the schema that a file has only once it is needed, since it makes every write dearer. Once made, it stays. */
export interface SchemaPart {
  /** One of its triggers: where this is, all of it is. */
  readonly mark: string;
  readonly sql: string;
}

/** The totals of namespaces, and the order in which rows were written: for limits. */
export const TOTALS: SchemaPart = {
  mark: 'entry_added',
  sql: `
  CREATE INDEX entry_by_age ON entry (namespace, version, byte_count);
  CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
    UPDATE namespace SET row_count = row_count + 1, byte_count = byte_count + new.byte_count WHERE id = new.namespace;
  END;
  CREATE TRIGGER entry_weighed AFTER UPDATE ON entry WHEN new.byte_count <> old.byte_count BEGIN
    UPDATE namespace SET byte_count = byte_count + new.byte_count - old.byte_count WHERE id = new.namespace;
  END;
  CREATE TRIGGER entry_removed AFTER DELETE ON entry BEGIN
    UPDATE namespace SET row_count = row_count - 1, byte_count = byte_count - old.byte_count WHERE id = old.namespace;
  END;
  UPDATE namespace SET
    row_count = (SELECT count(*) FROM entry WHERE namespace = namespace.id),
    byte_count = (SELECT coalesce(sum(entry.byte_count), 0) FROM entry WHERE namespace = namespace.id);
  `,
};

/** Which rows have a tag: for rows with tags. */
export const TAG_INDEX: SchemaPart = {
  mark: 'tags_added',
  sql: `
  CREATE TRIGGER tags_added AFTER INSERT ON entry WHEN new.tags IS NOT NULL BEGIN
    INSERT INTO tagged SELECT DISTINCT new.namespace, value, new.id FROM json_each(new.tags);
  END;
  CREATE TRIGGER tags_changed AFTER UPDATE ON entry WHEN new.tags IS NOT old.tags BEGIN
    DELETE FROM tagged
      WHERE namespace = old.namespace AND entry = old.id AND tag IN (SELECT value FROM json_each(old.tags));
    INSERT INTO tagged SELECT DISTINCT new.namespace, value, new.id FROM json_each(new.tags);
  END;
  CREATE TRIGGER tags_removed AFTER DELETE ON entry WHEN old.tags IS NOT NULL BEGIN
    DELETE FROM tagged
      WHERE namespace = old.namespace AND entry = old.id AND tag IN (SELECT value FROM json_each(old.tags));
  END;
  `,
};

/** The migration to a schema of parts: totals go, the index of tags goes where it is empty. */
export function leaveOutParts(database: SqliteDatabase): void {
  database.exec(`DROP TRIGGER entry_added; DROP TRIGGER entry_weighed; DROP TRIGGER entry_removed;
    DROP INDEX entry_by_age; UPDATE namespace SET row_count = 0, byte_count = 0`);
  if (database.prepare('SELECT 1 FROM tagged LIMIT 1').get() !== undefined) return;
  database.exec('DROP TRIGGER tags_added; DROP TRIGGER tags_changed; DROP TRIGGER tags_removed');
}
