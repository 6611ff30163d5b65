using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Orchestrator.Gates.Runners;

namespace Orchestrator.Gates.Tests.Runners;

/// <summary>A recorded run of a runner, with the truth about it: see <c>README.md</c> of the recordings.</summary>
internal sealed class RecordedRun
{
    private const string Project = "/w/project";

    private static readonly Dictionary<string, int> Signals = new()
    {
        ["SIGABRT"] = 6,
        ["SIGKILL"] = 9,
        ["SIGSEGV"] = 11,
        ["SIGTERM"] = 15,
    };

    private readonly Dictionary<string, byte[]> _files = [];

    private RecordedRun(string name) => Name = name;

    /// <summary>Runner and case.</summary>
    public string Name { get; }

    /// <summary>The facts.</summary>
    public JsonElement Case =>
        field.ValueKind == JsonValueKind.Undefined ? field = JsonDocument.Parse(_files["case.json"]).RootElement : field;

    /// <summary>All recordings of a folder of archives.</summary>
    public static IReadOnlyList<RecordedRun> All(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.tar.gz").Order(StringComparer.Ordinal).SelectMany(OfArchive)];

    /// <summary>The facts that the product reads from it.</summary>
    public ClassifiedGateResult Read()
    {
        using var folder = new Orchestrator.TestKit.TempFolder();
        var report = Case.TryGetProperty("reportFile", out var name) && name.GetString() is { } file ? Report(folder.Path, file) : null;
        return GateProgramOutputClassifier.Read(
            new GateCommandResult
            {
                Output = GateOutputCollector.Of(Output()),
                Command = Case.GetProperty("command").GetString()!,
                ExitCode = Case.GetProperty("signal").GetString() is { } signal
                    ? 128 + Signals[signal]
                    : Case.GetProperty("exitCode").GetInt32(),
                Directory = Project,
                Manifests = Case.TryGetProperty("manifests", out var manifests)
                    ? [.. manifests.EnumerateObject().Select(one => one.Value.GetString()!)]
                    : [],
                Report = report,
            }
        );
    }

    public int? Number(string field) => Case.GetProperty(field) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    /// <summary>Number of failed tests that the output or the report names.</summary>
    public int FailedTests => Case.GetProperty("failedTests").GetArrayLength();

    public string? Text(string field) => Case.GetProperty(field).GetString();

    /// <summary>The output, invalid bytes replaced.</summary>
    public string Output()
    {
        if (_files.TryGetValue("output.txt", out var plain))
        {
            return Encoding.UTF8.GetString(plain);
        }
        using var packed = new GZipStream(new MemoryStream(_files["output.txt.gz"]), CompressionMode.Decompress);
        using var reader = new StreamReader(packed, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // Paths in a report are those of the recorded project.
    private TestReportSummary? Report(string folder, string file)
    {
        var path = Path.Combine(folder, Path.GetFileName(file));
        File.WriteAllText(path, Encoding.UTF8.GetString(_files[Path.GetFileName(file)]).Replace(Project, folder, StringComparison.Ordinal));
        return TestReportParser.Read(path, folder);
    }

    private static IEnumerable<RecordedRun> OfArchive(string archive)
    {
        var runs = new Dictionary<string, RecordedRun>(StringComparer.Ordinal);
        using var unpacked = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        using var reader = new TarReader(unpacked);
        while (reader.GetNextEntry() is { } entry)
        {
            var parts = entry.Name.TrimEnd('/').Split('/');
            if (parts.Length != 3 || entry.EntryType == TarEntryType.Directory)
            {
                continue;
            }
            var name = $"{parts[0]}/{parts[1]}";
            if (!runs.TryGetValue(name, out var run))
            {
                runs[name] = run = new RecordedRun(name);
            }
            using var bytes = new MemoryStream();
            // An empty file has no stream.
            entry.DataStream?.CopyTo(bytes);
            run._files[parts[2]] = bytes.ToArray();
        }
        return runs.Values;
    }
}
