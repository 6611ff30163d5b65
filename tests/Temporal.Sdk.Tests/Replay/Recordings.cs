using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Orchestrator.Temporal.Sdk.Tests.Replay;

/// <summary>The recorded scenarios and histories of the official SDK, read once from the archive.</summary>
internal static class Recordings
{
    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> Files = new(Read);

    /// <summary>Scenarios by name (area/name), as JSON.</summary>
    public static IEnumerable<string> Scenarios => Names("scenarios/", ".json");

    /// <summary>Raw histories by name (area/scenario/workflow.run).</summary>
    public static IEnumerable<string> Histories => Names("histories/", ".json");

    /// <summary>Long histories by name.</summary>
    public static IEnumerable<string> LongHistories => Names("histories/long/", ".json.gz");

    public static string Scenario(string name) => Text($"scenarios/{name}.json");

    public static string History(string name) => Text($"histories/{name}.json");

    public static string LongHistory(string name)
    {
        using var gzip = new GZipStream(new MemoryStream(Files.Value[$"histories/long/{name}.json.gz"]), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Text(string path) => Encoding.UTF8.GetString(Files.Value[path]);

    private static IEnumerable<string> Names(string folder, string ending) =>
        Files
            .Value.Keys.Where(path =>
                path.StartsWith(folder, StringComparison.Ordinal)
                && path.EndsWith(ending, StringComparison.Ordinal)
                && !path.EndsWith(".script.json", StringComparison.Ordinal)
            )
            .Select(path => path[folder.Length..^ending.Length])
            .Order(StringComparer.Ordinal);

    private static Dictionary<string, byte[]> Read()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var gzip = new GZipStream(
            File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Recordings", "workflows.tar.gz")),
            CompressionMode.Decompress
        );
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                using var content = new MemoryStream();
                data.CopyTo(content);
                files[entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]] = content.ToArray();
            }
        }

        return files;
    }
}
