using Temporal.Server.Storage;

namespace Temporal.Server.Verification;

/// <summary>
/// Verifies a database file of the embedded Temporal server, even while a server uses the file. Runs SQLite's check, finds rows that belong
/// to no run, and compares each run's stored state with the state rebuilt from its events. The verification reads one snapshot, so a
/// running server can't truncate its write-ahead log until the verification ends.
/// </summary>
public static class EngineDatabaseVerifier
{
    /// <summary>Verifies a database file of the embedded Temporal server.</summary>
    /// <exception cref="InvalidOperationException">The file does not exist, is not an engine database, or was written by another
    /// release.</exception>
    public static DatabaseVerificationResult Verify(string path)
    {
        var faults = new List<EngineDatabaseInconsistency>();
        long runs = 0;
        long events = 0;
        try
        {
            (runs, events) = ReadOnlyEngineDatabase.Read(path, db => Check(db, faults));
        }
        catch (SqliteException e)
        {
            faults.Add(new EngineDatabaseInconsistency("", "", "", "file", e.Message, "readable"));
        }

        return new DatabaseVerificationResult(path, runs, events, faults);
    }

    private static (long Runs, long Events) Check(SqliteConnection db, List<EngineDatabaseInconsistency> faults)
    {
        faults.AddRange(
            DatabaseIntegrityChecker
                .All(db)
                .Select(fault => new EngineDatabaseInconsistency("", "", "", fault.Field, fault.Stored, fault.Expected))
        );
        var namespaces = NamespaceSqlTable.Load(db).ToDictionary(ns => ns.Info.Id, ns => ns.Info.Name);
        namespaces.TryAdd(NamespaceRegistry.Default.Id, NamespaceRegistry.Default.Name);
        long runs = 0;
        long events = 0;
        foreach (var name in WorkflowRunSqlTable.All(db))
        {
            runs++;
            events += CheckRun(db, name, namespaces.GetValueOrDefault(name.NamespaceId, name.NamespaceId), faults);
        }

        return (runs, events);
    }

    private static long CheckRun(SqliteConnection db, RunIdentity name, string namespaceName, List<EngineDatabaseInconsistency> faults)
    {
        void Report(string field, string stands, string rebuilt) =>
            faults.Add(new EngineDatabaseInconsistency(namespaceName, name.WorkflowId, name.RunId, field, stands, rebuilt));
        try
        {
            var stored = StoredExecution.Read(db, name);
            if (WorkflowRunRebuiltFromHistory.From(stored, Report) is not { } rebuilt)
            {
                return 0;
            }

            new StoredExecutionVerifier(stored, rebuilt, Report).Compare();
            return rebuilt.Run.NextEventId - 1;
        }
        catch (Exception e)
            when (e
                    is Google.Protobuf.InvalidProtocolBufferException
                        or FormatException
                        or IndexOutOfRangeException
                        or ArgumentException
                        or OverflowException
            )
        {
            // The stored bytes are not a valid message.
            Report("record", e.Message, "readable");
            return 0;
        }
    }
}
