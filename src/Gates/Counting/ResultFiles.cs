using System.IO.Enumeration;
using System.Xml;

namespace Orchestrator.Gates.Counting;

/// <summary>Counts tests by the JUnit XML and TRX files of a gate's run. Files from before the run do not count: the agent could have
/// written them.</summary>
internal static class ResultFiles
{
    private const int MostEntries = 200_000;
    private const int MostFiles = 5_000;
    private const long LargestFile = 64L * 1024 * 1024;

    // Folders of installed packages and our own contain no results.
    private static readonly HashSet<string> Elsewhere = new(StringComparer.Ordinal)
    {
        ".git",
        "node_modules",
        ".orchestrator",
        ".venv",
        "site-packages",
    };

    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };

    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = LargestFile,
    };

    /// <summary>The counts; null: there are no such files.</summary>
    /// <param name="directory">Where the gate ran.</param>
    /// <param name="since">When it began, UTC, by the clock of files.</param>
    public static (int Ran, int Skipped, IReadOnlyList<string> Files)? Count(string directory, DateTime since, CancellationToken stop)
    {
        var (ran, skipped) = (0, 0);
        var files = new List<string>();
        foreach (var file in Written(directory, since))
        {
            stop.ThrowIfCancellationRequested();
            if (TryCount(file) is not { } counted)
            {
                continue;
            }
            ran += counted.Ran;
            skipped += counted.Skipped;
            files.Add(Path.GetRelativePath(directory, file));
            if (files.Count == MostFiles)
            {
                break;
            }
        }
        files.Sort(StringComparer.Ordinal);
        return files.Count == 0 ? null : (ran, skipped, files);
    }

    // Other files are filtered by name only: there may be many thousands.
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
                && (entry.FileName.EndsWith(".xml") || entry.FileName.EndsWith(".trx"))
                && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                && entry.LastWriteTimeUtc.UtcDateTime >= since
                && entry.Length is > 0 and <= LargestFile,
        };
    }

    // Null: not such a file, or unreadable.
    private static (int Ran, int Skipped)? TryCount(string file)
    {
        try
        {
            using var reader = XmlReader.Create(file, Reading);
            return reader.MoveToContent() != XmlNodeType.Element ? null
                : reader.LocalName is "testsuites" or "testsuite" ? CountCases(reader)
                : reader.LocalName == "TestRun" ? CountResults(reader)
                : null;
        }
        catch (Exception damaged) when (damaged is XmlException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Cases are counted; the file's own totals are not used.
    private static (int Ran, int Skipped) CountCases(XmlReader reader)
    {
        var (all, skipped) = (0, 0);
        var isInCase = false;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "testcase")
            {
                isInCase = false;
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "testcase")
            {
                all++;
                isInCase = !reader.IsEmptyElement;
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "skipped" && isInCase)
            {
                skipped++;
                isInCase = false;
            }
        }
        return (all - skipped, skipped);
    }

    private static (int Ran, int Skipped) CountResults(XmlReader reader)
    {
        var (ran, skipped) = (0, 0);
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "UnitTestResult")
            {
                continue;
            }
            if (reader.GetAttribute("outcome") is "NotExecuted" or "NotRunnable" or "Disconnected" or "Pending")
            {
                skipped++;
            }
            else
            {
                ran++;
            }
        }
        return (ran, skipped);
    }
}
