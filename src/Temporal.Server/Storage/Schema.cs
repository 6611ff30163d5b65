using System.Globalization;

namespace Temporal.Server.Storage;

/// <summary>The tables, and the way from each version of them to the next.</summary>
internal static class Schema
{
    /// <summary>'OrcE', so that <c>file</c> and we know what the file is.</summary>
    private const int ApplicationId = 0x4F726345;

    /// <summary>One script per version; never change one that was released, add another.</summary>
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
        CREATE TABLE current_runs(namespace TEXT NOT NULL, workflow_id TEXT NOT NULL, run_key INTEGER NOT NULL, PRIMARY KEY(namespace, workflow_id)) WITHOUT ROWID;
        CREATE TABLE history(key INTEGER PRIMARY KEY, events BLOB NOT NULL);
        CREATE TABLE extras(run_key INTEGER NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(run_key, kind, id)) WITHOUT ROWID;
        CREATE TABLE outbox(key INTEGER PRIMARY KEY, run_key INTEGER NOT NULL, data BLOB NOT NULL);
        """,
    ];

    /// <summary>Makes a new file ours, brings an older one forward, refuses a foreign or newer one without changing it.</summary>
    /// <exception cref="InvalidOperationException">The file is not an engine database, or a newer release wrote it.</exception>
    public static void Prepare(SqliteConnection db, string path, IReadOnlyList<(string Name, IReadOnlyList<string> Migrations)> parts)
    {
        var application = Pragma(db, "application_id");
        if (application != 0 && application != ApplicationId)
        {
            throw new InvalidOperationException($"{path} is a database of another program (application id {application}); give another path");
        }

        if (application == 0)
        {
            using (var tables = db.Prepare("SELECT count(*) FROM sqlite_master"))
            {
                if (tables.Step() && tables.Integer(0) > 0)
                {
                    throw new InvalidOperationException($"{path} is a database of another program; give another path");
                }
            }

            db.ExecuteScript($"PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id={ApplicationId.ToString(CultureInfo.InvariantCulture)};");
        }
        else
        {
            RefuseNewer(db, path, parts);
        }

        db.ExecuteScript("PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS schema_versions(part TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;");
        foreach (var (name, migrations) in Parts(parts))
        {
            for (var version = Version(db, name); version < migrations.Count; version++)
            {
                db.Execute("BEGIN IMMEDIATE");
                db.ExecuteScript(migrations[version]);
                using (var set = db.Prepare("INSERT OR REPLACE INTO schema_versions VALUES(?, ?)"))
                {
                    set.Bind(name).Bind(version + 1L).Run();
                }

                db.Execute("COMMIT");
            }
        }
    }

    private static IEnumerable<(string Name, IReadOnlyList<string> Migrations)> Parts(IReadOnlyList<(string Name, IReadOnlyList<string> Migrations)> parts) =>
        parts.Prepend(("history", Migrations));

    private static void RefuseNewer(SqliteConnection db, string path, IReadOnlyList<(string Name, IReadOnlyList<string> Migrations)> parts)
    {
        var known = Parts(parts).ToDictionary(p => p.Name, p => p.Migrations.Count);
        using var versions = db.Prepare("SELECT part, version FROM schema_versions");
        while (versions.Step())
        {
            if (!known.TryGetValue(versions.Text(0), out var newest) || versions.Integer(1) > newest)
            {
                throw new InvalidOperationException(
                    $"{path} was written by a newer release (part '{versions.Text(0)}' has version {versions.Integer(1)}, this release knows {newest}); use that release, or give another path. The file was not changed");
            }
        }
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
