using System.Formats.Tar;
using System.IO.Compression;

namespace Orchestrator.Conformance.Archives;

/// <summary>The recordings of one folder (<c>server</c>, <c>workflows</c>, <c>clients</c>), kept compressed inside this assembly.</summary>
internal static class RecordingArchive
{
    /// <summary>The files of the archive: path inside the folder, and text.</summary>
    public static IEnumerable<(string Path, string Text)> Read(string folder)
    {
        using var archive = Open(folder);
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.DataStream is { } data)
            {
                using var reader = new StreamReader(data);
                yield return (entry.Name[(folder.Length + 1)..], reader.ReadToEnd());
            }
        }
    }

    /// <summary>Writes the files below <paramref name="target"/>, each folder under its own name.</summary>
    public static void Unpack(string folder, string target)
    {
        foreach (var (path, text) in Read(folder))
        {
            var file = Path.Combine(target, folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }

    private static TarReader Open(string folder)
    {
        var resource =
            typeof(RecordingArchive).Assembly.GetManifestResourceStream($"{folder}.tar.gz")
            ?? throw new ArgumentException(
                $"There are no recordings called '{folder}': server, workflows and clients exist.",
                nameof(folder)
            );
        return new TarReader(new GZipStream(resource, CompressionMode.Decompress));
    }
}
