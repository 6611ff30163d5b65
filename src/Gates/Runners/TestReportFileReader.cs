using System.IO.Enumeration;

namespace Orchestrator.Gates.Runners;

/// <summary>
/// Reads the report files that a gate's command writes: JUnit XML, TRX, and the JSON reports of jest, vitest and mocha. Files written
/// before the command started are ignored, because an agent could have written them.
/// </summary>
internal static class TestReportFileReader
{
    private const int MostEntries = 200_000;
    private const int MostFiles = 5_000;
    private const long LargestFile = 64L * 1024 * 1024;

    // These folders are skipped, because installed packages and the orchestrator's own folders contain no results.
    private static readonly HashSet<string> Elsewhere = new(StringComparer.Ordinal)
    {
        ".git",
        "node_modules",
        ".orchestrator",
        ".venv",
        "site-packages",
    };

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    /// <summary>Returns the combined results of all report files, or null if there are none.</summary>
    /// <param name="directory">Directory in which the gate ran.</param>
    /// <param name="since">Start of the run in UTC, by the file system's clock.</param>
    public static TestReportSummary? Read(string directory, DateTime since, CancellationToken stop)
    {
        TestTally? counted = null;
        FailureExplainingLine? failure = null;
        var files = new List<string>();
        var failed = new List<string>();
        foreach (var file in Written(directory, since).Order(StringComparer.Ordinal))
        {
            stop.ThrowIfCancellationRequested();
            if (TestReportParser.Read(file, directory) is not { } read)
            {
                continue;
            }
            counted = counted is null ? read.Counted : counted + read.Counted;
            failure ??= read.Failure;
            files.AddRange(read.Files);
            failed.AddRange(read.FailedTests);
            if (files.Count == MostFiles)
            {
                break;
            }
        }
        return counted is null ? null : new TestReportSummary(counted, failure, files, failed);
    }

    // Filters by name before any other check, because there may be thousands of files.
    private static FileSystemEnumerable<string> Written(string directory, DateTime since)
    {
        var left = MostEntries;
        return new FileSystemEnumerable<string>(directory, (ref FileSystemEntry entry) => entry.ToFullPath(), Everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                left > 0 && !Elsewhere.Contains(entry.FileName.ToString()) && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                left-- > 0
                && !entry.IsDirectory
                && (entry.FileName.EndsWith(".xml") || entry.FileName.EndsWith(".trx") || entry.FileName.EndsWith(".json"))
                && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                && entry.LastWriteTimeUtc.UtcDateTime >= since
                && entry.Length is > 0 and <= LargestFile,
        };
    }
}
