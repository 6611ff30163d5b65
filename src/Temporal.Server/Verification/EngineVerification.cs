using Temporal.Server.Storage;

namespace Temporal.Server.Verification;

/// <summary>
/// Checks an engine file, also while a server works on it: SQLite's own check, rows that belong to no run, and every run rebuilt from its
/// events and compared with what is stored of it. The file is only read, as of one moment; a server that works on it meanwhile can't
/// shorten its log until the check has ended.
/// </summary>
public static class EngineVerification
{
    /// <summary>Checks a file.</summary>
    /// <exception cref="InvalidOperationException">There is no such file, it is not an engine database, or another release wrote
    /// it.</exception>
    public static EngineReport Verify(string path)
    {
        var faults = new List<EngineFault>();
        long runs = 0;
        long events = 0;
        try
        {
            (runs, events) = StoredFile.Read(path, db => Check(db, faults));
        }
        catch (SqliteException e)
        {
            faults.Add(new EngineFault("", "", "", "file", e.Message, "readable"));
        }

        return new EngineReport(path, runs, events, faults);
    }

    private static (long Runs, long Events) Check(SqliteConnection db, List<EngineFault> faults)
    {
        faults.AddRange(FileChecks.All(db).Select(fault => new EngineFault("", "", "", fault.Field, fault.Stored, fault.Expected)));
        var namespaces = NamespaceTable.Load(db).ToDictionary(ns => ns.Info.Id, ns => ns.Info.Name);
        namespaces.TryAdd(NamespaceRegistry.Default.Id, NamespaceRegistry.Default.Name);
        long runs = 0;
        long events = 0;
        foreach (var name in RunTable.All(db))
        {
            runs++;
            events += CheckRun(db, name, namespaces.GetValueOrDefault(name.NamespaceId, name.NamespaceId), faults);
        }

        return (runs, events);
    }

    private static long CheckRun(SqliteConnection db, RunName name, string namespaceName, List<EngineFault> faults)
    {
        void Report(string field, string stands, string rebuilt) =>
            faults.Add(new EngineFault(namespaceName, name.WorkflowId, name.RunId, field, stands, rebuilt));
        try
        {
            var stored = StoredExecution.Read(db, name);
            if (RebuiltRun.From(stored, Report) is not { } rebuilt)
            {
                return 0;
            }

            new RunComparison(stored, rebuilt, Report).Compare();
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
            // Bytes that are no messages any more.
            Report("record", e.Message, "readable");
            return 0;
        }
    }
}
