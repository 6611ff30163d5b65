using System.Globalization;
using SQLitePCL;

namespace Temporal.Server.Storage;

/// <summary>The database schema and its migrations.</summary>
internal static class DatabaseSchema
{
    /// <summary>
    /// SQLite application id 'OrcE', by which the <c>file</c> program and this server recognize a database file of this server.
    /// </summary>
    private const int ApplicationId = 0x4F726345;

    /// <summary>Migration scripts, one per version. Never change a released script; add another.</summary>
    private static readonly string[] Migrations =
    [
        """
            CREATE TABLE runs(
                key INTEGER PRIMARY KEY, namespace TEXT NOT NULL, workflow_id TEXT NOT NULL, run_id TEXT NOT NULL,
                open INTEGER NOT NULL, next_due INTEGER, dispatch INTEGER NOT NULL, closed_at INTEGER, state BLOB NOT NULL);
            CREATE UNIQUE INDEX runs_id ON runs(namespace, workflow_id, run_id);
            CREATE INDEX runs_due ON runs(next_due) WHERE next_due IS NOT NULL;
            CREATE INDEX runs_dispatch ON runs(key) WHERE dispatch <> 0;
            CREATE INDEX runs_closed ON runs(closed_at) WHERE closed_at IS NOT NULL;
            CREATE TABLE current_runs(namespace TEXT NOT NULL, workflow_id TEXT NOT NULL, run_key INTEGER NOT NULL,
                PRIMARY KEY(namespace, workflow_id)) WITHOUT ROWID;
            CREATE TABLE history(key INTEGER PRIMARY KEY, events BLOB NOT NULL);
            CREATE TABLE extras(run_key INTEGER NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL,
                PRIMARY KEY(run_key, kind, id)) WITHOUT ROWID;
            CREATE TABLE outbox(key INTEGER PRIMARY KEY, run_key INTEGER NOT NULL, data BLOB NOT NULL);
            """,
        "ALTER TABLE outbox RENAME TO transfer_tasks;",
    ];

    /// <summary>
    /// Rejects an existing file that belongs to another program or a newer release. The file is opened read-only, because closing a
    /// writable connection would truncate the write-ahead log of the process that last used the file.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="parts">Tables that this release knows.</param>
    /// <param name="checks">True to check the file's pages as well, which takes time in proportion to its size.</param>
    /// <exception cref="InvalidOperationException">The file is not an engine database, a newer release wrote it, or it is
    /// damaged.</exception>
    public static void RefuseForeign(string path, IReadOnlyList<SqlSchemaOfServerComponent> parts, bool checks)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            return;
        }

        try
        {
            using var db = OpenForReading(path);
            if (IsOurs(db, path))
            {
                RefuseNewer(db, path, parts);
                if (checks && FindDamage(db) is { } damage)
                {
                    throw new InvalidOperationException(DamageOf(path, damage));
                }
            }
        }
        catch (SqliteException e)
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>Runs SQLite's quick check and returns the first damage that it finds, or null if the pages are intact.</summary>
    public static string? FindDamage(SqliteConnection db)
    {
        using var check = db.PrepareOnce("PRAGMA quick_check(1)");
        return check.Step() && check.Text(0) is not "ok" and var damage
            ? damage.Replace("*** in database main ***\n", "", StringComparison.Ordinal)
            : null;
    }

    /// <summary>Formats the message for a damaged file.</summary>
    public static string DamageOf(string path, string damage) =>
        $"{path} is damaged: {damage}. 'server verify' lists the affected runs; restore the latest copy made by "
        + "'server backup', or name another file";

    /// <summary>Opens a database file of this server read-only. The file must have been written by this release.</summary>
    /// <exception cref="InvalidOperationException">The file does not exist, is not an engine database, or was written by another
    /// release.</exception>
    public static SqliteConnection OpenCurrent(string path, IReadOnlyList<SqlSchemaOfServerComponent> parts)
    {
        if (!File.Exists(path))
        {
            throw new InvalidOperationException($"the file {path} does not exist");
        }

        var db = OpenForReading(path);
        try
        {
            if (!IsOurs(db, path) || !HasVersions(db))
            {
                throw new InvalidOperationException($"{path} is empty: no server has used it yet");
            }

            RefuseNewer(db, path, parts);
            foreach (var (name, migrations) in Parts(parts))
            {
                if (Version(db, name) < migrations.Count)
                {
                    throw new InvalidOperationException(
                        $"{path} was written by an older release (part '{name}' has version {Version(db, name)} of "
                            + $"{migrations.Count}); serve it once with this release, which upgrades it"
                    );
                }
            }

            return db;
        }
        catch (Exception e)
        {
            db.Dispose();
            if (e is SqliteException)
            {
                throw Damaged(path, e);
            }

            throw;
        }
    }

    /// <summary>Initializes a new file or migrates an older one.</summary>
    /// <exception cref="InvalidOperationException">The file is not an engine database, or a newer release wrote it.</exception>
    public static void Prepare(SqliteConnection db, string path, IReadOnlyList<SqlSchemaOfServerComponent> parts)
    {
        if (IsOurs(db, path))
        {
            RefuseNewer(db, path, parts);
        }
        else
        {
            db.ExecuteScript(
                "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA "
                    + $"application_id={ApplicationId.ToString(CultureInfo.InvariantCulture)};"
            );
        }

        db.ExecuteScript("PRAGMA journal_mode=WAL;");

        // All scripts in one transaction: if the server is killed, the file stays unchanged. A new file also costs one fsync instead of
        // one per script.
        db.Execute("BEGIN IMMEDIATE");
        db.Execute("CREATE TABLE IF NOT EXISTS schema_versions(part TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
        foreach (var (name, migrations) in Parts(parts))
        {
            Migrate(db, name, migrations);
        }

        db.Execute("COMMIT");
    }

    private static void Migrate(SqliteConnection db, string name, IReadOnlyList<string> migrations)
    {
        var version = Version(db, name);
        if (version == migrations.Count)
        {
            return;
        }

        foreach (var script in migrations.Skip(version))
        {
            db.ExecuteScript(script);
        }

        using var set = db.Prepare("INSERT OR REPLACE INTO schema_versions VALUES(?, ?)");
        set.Bind(name).Bind((long)migrations.Count).Run();
    }

    private static InvalidOperationException Damaged(string path, Exception cause) => new(DamageOf(path, cause.Message), cause);

    private static SqliteConnection OpenForReading(string path)
    {
        try
        {
            try
            {
                return Opened(SqliteConnection.OpenReadOnly(path));
            }
            catch (SqliteException e) when (e.Code == raw.SQLITE_READONLY_ROLLBACK)
            {
                // The process that created the file was killed before it switched to the write-ahead log. Only a writable connection can
                // roll back its incomplete transaction.
                Opened(new SqliteConnection(path, create: false)).Dispose();
                return Opened(SqliteConnection.OpenReadOnly(path));
            }
        }
        catch (SqliteException e)
        {
            throw new InvalidOperationException($"{path} can't be read as an engine database: {e.Message}", e);
        }
    }

    private static SqliteConnection Opened(SqliteConnection db)
    {
        try
        {
            _ = Pragma(db, "busy_timeout=5000");
            _ = Pragma(db, "application_id");
            return db;
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>True for a database of this server, false for an empty database. Throws for a database of another program.</summary>
    private static bool IsOurs(SqliteConnection db, string path)
    {
        var application = Pragma(db, "application_id");
        if (application == ApplicationId)
        {
            return true;
        }

        using var tables = db.Prepare("SELECT count(*) FROM sqlite_master");
        return application == 0 && tables.Step() && tables.Integer(0) == 0
            ? false
            : throw new InvalidOperationException(
                $"{path} is a database of another program (application id {application}); name another file. This file was not changed"
            );
    }

    private static IEnumerable<SqlSchemaOfServerComponent> Parts(IReadOnlyList<SqlSchemaOfServerComponent> parts) =>
        parts.Prepend(new SqlSchemaOfServerComponent("history", Migrations));

    private static void RefuseNewer(SqliteConnection db, string path, IReadOnlyList<SqlSchemaOfServerComponent> parts)
    {
        if (!HasVersions(db))
        {
            // The process that created the file was killed before it created the first table.
            return;
        }

        var known = Parts(parts).ToDictionary(p => p.Name, p => p.Migrations.Count);
        using var versions = db.Prepare("SELECT part, version FROM schema_versions");
        while (versions.Step())
        {
            if (!known.TryGetValue(versions.Text(0), out var newest) || versions.Integer(1) > newest)
            {
                throw new InvalidOperationException(
                    $"{path} was written by a newer release (part '{versions.Text(0)}' has version {versions.Integer(1)}, this "
                        + $"release knows {newest}); use that release, or name another file. This file was not changed"
                );
            }
        }
    }

    private static bool HasVersions(SqliteConnection db)
    {
        using var table = db.Prepare("SELECT count(*) FROM sqlite_master WHERE name = 'schema_versions'");
        return table.Step() && table.Integer(0) > 0;
    }

    private static int Version(SqliteConnection db, string part)
    {
        using var statement = db.Prepare("SELECT version FROM schema_versions WHERE part = ?");
        return statement.Bind(part).Step() ? (int)statement.Integer(0) : 0;
    }

    private static long Pragma(SqliteConnection db, string name)
    {
        using var statement = db.Prepare("PRAGMA " + name);
        return statement.Step() ? statement.Integer(0) : 0;
    }
}
