using System.Diagnostics;
using Orchestrator.Benchmarks.Git;
using SQLitePCL;

namespace Orchestrator.Benchmarks.Server;

/// <summary>F: what one commit of 1 KB with <c>synchronous=FULL</c> costs on the disk that the engine is measured on.</summary>
internal static class CommitTime
{
    private const int Commits = 200;

    /// <summary>Median in milliseconds.</summary>
    /// <param name="folder">A folder on that disk.</param>
    public static double Measure(string folder)
    {
        Batteries_V2.Init();
        var path = Path.Combine(folder, "commit.db");
        Check(raw.sqlite3_open(path, out var db), "open");
        using (db)
        {
            Run(db, "PRAGMA journal_mode=WAL");
            Run(db, "PRAGMA synchronous=FULL");
            Run(db, "CREATE TABLE t(k INTEGER PRIMARY KEY, v BLOB)");

            // The log is written over from its beginning, as in a server that has run for a while: a file that grows costs more to sync.
            Run(db, "INSERT INTO t(v) VALUES(randomblob(4194304))");
            Run(db, "PRAGMA wal_checkpoint(RESTART)");
            List<double> times = [];
            for (var i = 0; i < Commits; i++)
            {
                var begin = Stopwatch.GetTimestamp();
                Run(db, "INSERT INTO t(v) VALUES(randomblob(1024))");
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            return Timing.Median(times);
        }
    }

    private static void Run(sqlite3 db, string sql) => Check(raw.sqlite3_exec(db, sql), sql);

    private static void Check(int code, string what)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new InvalidOperationException($"SQLite: {what}: {raw.sqlite3_errstr(code).utf8_to_string()}");
        }
    }
}
