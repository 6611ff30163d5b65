using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Orchestrator.Gates.Runners;

/// <summary>
/// Parses one report of a test runner. In an XML report, the test cases are counted. In a JSON report, the stated totals are used.
/// </summary>
internal static class TestReportParser
{
    private const int LargestJson = 16 * 1024 * 1024;

    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = 64L * 1024 * 1024,
    };

    /// <summary>Pattern of a stack trace line that contains a file name and a line number.</summary>
    private const string Frame = @"(?:\(|\bat |❯ (?:.* )?|\bin |^)(?:file://)?(?<file>[^\s:()]+\.\w+):(?:line )?(?<line>\d+)\b";

    private static readonly SourceLocationSearchRule[] StackPlaces =
    [
        SourceLocationSearchRule.Here(@"^(?<file>[^\s:()]+\.\w+):(?<line>\d+)(?::|$)"),
        SourceLocationSearchRule.Below(Frame, 60),
    ];

    /// <summary>Returns the results in a report file, or null if the file is not a report or can't be read.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="directory">Directory of the gate, to which paths are made relative.</param>
    public static TestReportSummary? Read(string file, string directory)
    {
        try
        {
            var failed = new List<string>();
            // A program that ran in the tree may have created a pipe or a link at the path.
            using var stream = RegularFileReader.TryOpen(file);
            var (counted, failure) =
                stream is null ? (null, null)
                : file.EndsWith(".json", StringComparison.Ordinal) ? OfJson(stream, directory, failed)
                : OfXml(stream, directory, failed);
            return counted is null ? null : new TestReportSummary(counted, failure, [Path.GetRelativePath(directory, file)], failed);
        }
        catch (Exception damaged) when (damaged is XmlException or JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the names of the failed tests in a report that the runner printed as JUnit XML or JSON. Empty if the output contains no
    /// report.
    /// </summary>
    public static IReadOnlyList<string> FailedIn(IReadOnlyList<GateOutputLine> lines)
    {
        var failed = new List<string>();
        var text = lines.Select(line => line.Text).ToList();
        try
        {
            if (text.FindIndex(line => line.StartsWith("<testsuite", StringComparison.Ordinal)) is >= 0 and var xml)
            {
                _ = OfXml(Joined(text[xml..]), "/", failed);
            }
            else if (text.IndexOf("{") is >= 0 and var json && text.LastIndexOf("}") is var end && end > json)
            {
                _ = OfJson(Joined(text[json..(end + 1)]), "/", failed);
            }
        }
        catch (Exception error) when (error is XmlException or JsonException)
        {
            // Other output follows or interrupts the report. The tests before it count.
        }
        return failed;

        static MemoryStream Joined(IEnumerable<string> some) => new(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', some)));
    }

    private static (TestTally? Counted, FailureExplainingLine? Failure) OfXml(Stream stream, string directory, List<string> failed)
    {
        using var reader = XmlReader.Create(stream, Reading);
        if (reader.MoveToContent() != XmlNodeType.Element)
        {
            return (null, null);
        }
        var element = reader.LocalName switch
        {
            "testsuites" or "testsuite" => "testcase",
            "TestRun" => "UnitTestResult",
            _ => null,
        };
        if (element is null)
        {
            return (null, null);
        }
        var counted = new TestTally(0, 0, 0);
        FailureExplainingLine? failure = null;
        while (reader.Read())
        {
            while (reader.NodeType == XmlNodeType.Element && reader.LocalName == element)
            {
                using var one = reader.ReadSubtree();
                var test = XElement.Load(one);
                var (result, shown) = OfCase(test, directory, isFirst: failure is null);
                counted += result;
                failure ??= shown;
                if (result is { Failed: > 0 } or { Errors: > 0 })
                {
                    failed.Add(NameOf(test));
                }
                reader.Read();
            }
        }
        return (counted, failure);
    }

    private static string NameOf(XElement test) =>
        FailedTests.Shorten(
            (string?)test.Attribute("testName") ?? $"{(string?)test.Attribute("classname")} {(string?)test.Attribute("name")}".Trim()
        );

    private static (TestTally Result, FailureExplainingLine? Failure) OfCase(XElement one, string directory, bool isFirst)
    {
        var outcome = (string?)one.Attribute("outcome");
        var fault = one.Elements().FirstOrDefault(child => child.Name.LocalName is "failure" or "error");
        if ((string?)one.Attribute("status") is "notrun" && !one.Elements().Any(child => child.Name.LocalName == "skipped"))
        {
            return (new TestTally(), null);
        }
        var isSkipped =
            outcome is "NotExecuted" or "NotRunnable" or "Disconnected" or "Pending"
            || one.Elements().Any(child => child.Name.LocalName == "skipped");
        if (fault is null && outcome is not ("Failed" or "Error" or "Timeout" or "Aborted"))
        {
            return (isSkipped ? new TestTally(Skipped: 1) : new TestTally(Passed: 1), null);
        }
        var result = fault?.Name.LocalName == "error" ? new TestTally(Errors: 1) : new TestTally(Failed: 1);
        return (result, isFirst ? Failure(fault ?? one, (string?)one.Attribute("file"), directory) : null);
    }

    private static FailureExplainingLine? Failure(XElement fault, string? file, string directory) =>
        Failure($"{(string?)fault.Attribute("message")}\n{fault.Value}", file, directory);

    private static FailureExplainingLine? Failure(string text, string? file, string directory)
    {
        GateOutputLine[] lines =
        [
            .. text.Split('\n').Select((line, i) => new GateOutputLine(i + 1, line.TrimEnd())).Where(line => line.Text.Trim().Length > 0),
        ];
        if (lines.Length == 0)
        {
            return null;
        }
        var (found, line) = SourceLocationFinder.Of(StackPlaces, lines, 0, directory);
        var own = file is null ? null : Path.GetRelativePath(directory, Path.Combine(directory, file));
        return new FailureExplainingLine(
            null,
            FailureExplainingLineMatch.Shorten(lines[0].Text.Trim()),
            found ?? own,
            found is null ? null : line
        );
    }

    private static (TestTally? Counted, FailureExplainingLine? Failure) OfJson(Stream stream, string directory, List<string> failed)
    {
        if (stream.Length > LargestJson || !IsReport(stream))
        {
            return (null, null);
        }
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return (null, null);
        }
        if (root.TryGetProperty("numPassedTests", out _) && root.TryGetProperty("testResults", out var suites))
        {
            return (Numbers(root, "numPassedTests", "numFailedTests", "numPendingTests"), OfSuites(suites, directory, failed));
        }
        return
            root.TryGetProperty("stats", out var stats) && stats.ValueKind == JsonValueKind.Object && stats.TryGetProperty("passes", out _)
            ? (Numbers(stats, "passes", "failures", "pending"), OfFailures(root, directory, failed))
            : (null, null);
    }

    // Builds write many other files of this type, and reading them completely would take too long.
    private static bool IsReport(Stream stream)
    {
        Span<byte> begin = stackalloc byte[64];
        var read = stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        var text = System.Text.Encoding.UTF8.GetString(begin[..read]).TrimStart('{', ' ', '\r', '\n', '\t');
        stream.Position = 0;
        return text.StartsWith("\"num", StringComparison.Ordinal) || text.StartsWith("\"stats\"", StringComparison.Ordinal);
    }

    private static TestTally Numbers(JsonElement from, string passed, string failed, string skipped) =>
        new(Number(from, passed), Number(from, failed), Number(from, skipped));

    private static long Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var n) ? n : 0;

    private static FailureExplainingLine? OfSuites(JsonElement suites, string directory, List<string> failed)
    {
        FailureExplainingLine? first = null;
        foreach (var suite in Items(suites))
        {
            foreach (var one in suite.TryGetProperty("assertionResults", out var results) ? Items(results) : [])
            {
                var messages = one.TryGetProperty("failureMessages", out var texts) ? [.. Items(texts)] : Array.Empty<JsonElement>();
                if (messages.Length > 0)
                {
                    failed.Add(FailedTests.Shorten(one.TryGetProperty("fullName", out var test) ? test.ToString() : ""));
                    first ??= Failure(
                        messages[0].ToString(),
                        suite.TryGetProperty("name", out var name) ? name.ToString() : null,
                        directory
                    );
                }
            }
        }
        return first;
    }

    private static FailureExplainingLine? OfFailures(JsonElement root, string directory, List<string> failed)
    {
        FailureExplainingLine? first = null;
        foreach (var one in root.TryGetProperty("failures", out var failures) ? Items(failures) : [])
        {
            if (one.TryGetProperty("err", out var fault) && fault.ValueKind == JsonValueKind.Object)
            {
                failed.Add(FailedTests.Shorten(one.TryGetProperty("fullTitle", out var title) ? title.ToString() : ""));
                var text =
                    fault.TryGetProperty("stack", out var stack) ? stack.ToString()
                    : fault.TryGetProperty("message", out var message) ? message.ToString()
                    : "";
                first ??= Failure(text, one.TryGetProperty("file", out var file) ? file.ToString() : null, directory);
            }
        }
        return first;
    }

    private static JsonElement[] Items(JsonElement array) => array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray()] : [];
}
